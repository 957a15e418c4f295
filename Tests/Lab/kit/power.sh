# shellcheck shell=bash
# Reboots and power cuts onto the same pools. A scenario with them tells each boot in a function: boot_1, boot_2 ...
# What is in STATE (pools made `kept`) is there again in the next boot; everything else is gone.

BOOT=$(($(cat "$STATE/boot" 2> /dev/null || echo 0) + 1))
echo "$BOOT" > "$STATE/boot"

tell_this_boot() {
  "boot_$BOOT"
  if declare -F "boot_$((BOOT + 1))" > /dev/null; then
    complain "boot_$BOOT ends without reboot or power_cut, and there is a boot_$((BOOT + 1))"
    return 2
  fi
}

start_again() {
  echo b > /proc/sysrq-trigger
  sleep 30
}

# Nothing is synced, nobody is told.
power_cut() { start_again; }

# As an orderly machine goes down: daemons told, filesystems unmounted, devices removed.
reboot() {
  [[ -z ${HEADROOM_PID:-} ]] || headroom_stops
  taken_down || complain "not all could be taken down: $(losetup -a)"
  sync
  start_again
}

# In rounds, since a filesystem holds its device, and a loop device the filesystem that its file is on.
taken_down() {
  for _ in 1 2 3; do
    umount -a -t ext4,xfs 2> /dev/null || true
    dmsetup remove_all
    losetup -D
  done
  sleep 0.2 # the last of them is detached a moment later
  [[ -z $(losetup -a) ]]
}
