# shellcheck shell=bash
# The first process inside the lab's kernel. The machine's own files are its root, read-only; all that is written
# goes to memory, but for the box. Ends with the status of the script in box/status.

. "$LAB_TESTS/kit/kernel.sh"
mount_kernel_filesystems
mount_memory
mount_host "$LAB_TESTS" /run/lab/tests ro
mount_host "$(dirname "$(dirname "$LAB_TESTS")")" /run/lab/repository ro
mount_host "$LAB_BOX" /run/lab/box rw
mount_host "$(dirname "$LAB_SCRIPT")" /run/lab/script ro
LAB=/run/lab BOX=/run/lab/box STATE=/run/lab/box/state WORK=/mnt
if [[ -n $LAB_BINARY ]]; then
  mount_host "$(dirname "$LAB_BINARY")" /run/lab/build ro
  ln -s "/run/lab/build/$(basename "$LAB_BINARY")" /run/lab/bin/headroom
fi
export LAB BOX STATE WORK LAB_LIMIT
[[ -e $BOX/environment ]] && . "$BOX/environment"
[[ -n ${LAB_LIVE:-} ]] || exec >> "$BOX/transcript" # not the console: nothing of this is lost at a power cut
exec 2>&1 < /dev/null

for part in story expect pools writers machine headroom prometheus alertmanager docker containerd lvm lxd power crashes terminal; do
  . "/run/lab/tests/kit/$part.sh"
done

finish() { # STATUS
  echo "$1" > "$BOX/status"
  power_off
}

# What hangs is shown before the kernel is ended from outside.
(
  sleep "$LAB_LIMIT"
  echo "FAILED  after $LAB_LIMIT s this is not done: $(cat "$BOX/step" 2> /dev/null)"
  show_the_scene
  finish 124
) &
limit_watch=$!

cd "$WORK" || finish 1
(tell "/run/lab/script/$(basename "$LAB_SCRIPT")")
status=$?
kill "$limit_watch"
((status == 0 || status == SKIPPED)) || show_the_scene
finish "$status"
