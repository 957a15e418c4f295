# shellcheck shell=bash
# A whole Debian, with systemd as its first process, on this kernel: namespaces of its own for all but the network. Its files are
# those that `prepare` made, with memory over them; devices and pools are the kernel's, so a pool made outside is seen inside.

MACHINE=$WORK/machine
MACHINE_PID=

machine_boots() {
  machine_files
  machine_starts
}

machine_files() {
  mount_host "$(cat "$BOX/debian")" /run/lab/debian ro
  mkdir -p "$MACHINE"{,.upper,.work}
  mount -t overlay -o "lowerdir=/run/lab/debian,upperdir=$MACHINE.upper,workdir=$MACHINE.work" machine "$MACHINE"
  mkdir -p "$MACHINE"/{packages,outside} "$MACHINE/etc/systemd/system"
  cp "$BOX"/headroom-*.deb "$MACHINE/packages"
  # No screen to log in at.
  ln -sf /dev/null "$MACHINE/etc/systemd/system/console-getty.service"
  ln -sf /dev/null "$MACHINE/etc/systemd/system/systemd-networkd-wait-online.service"
  echo machine > "$MACHINE/etc/hostname"
}

machine_starts() {
  mkdir -p /sys/fs/cgroup/machine
  (
    echo "$BASHPID" > /sys/fs/cgroup/machine/cgroup.procs
    # shellcheck disable=SC2016 # expanded inside
    exec unshare --mount --pid --uts --ipc --cgroup --fork --kill-child=KILL bash -c '
      set -e
      cd "$1"
      mount -t proc proc proc
      mount -t sysfs -o ro sysfs sys
      mount -t cgroup2 cgroup sys/fs/cgroup
      mount --rbind /dev dev
      mount -t tmpfs -o mode=755 run run
      pivot_root . outside
      umount -l /outside
      mount --make-rshared /
      exec env -i container=lab PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 \
        /lib/systemd/systemd --log-target=console --show-status=no' machine "$MACHINE" > "$BOX/machine.log" 2>&1
  ) &
  local keeper=$!
  eventually 10s machine_has_begun "$keeper"
  eventually 60s machine_is_up
}

machine_has_begun() { MACHINE_PID=$(pgrep -P "$1") && [[ $(cat "/proc/$MACHINE_PID/comm") == systemd ]]; }
machine_is_up() { inside systemctl is-system-running | grep -qxE 'running|degraded'; }

inside() {
  nsenter --target "$MACHINE_PID" --mount --pid --uts --ipc --cgroup -- \
    env -i container=lab PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive HOME=/root "$@"
}

mounted_inside() { # NAME: the device, at /srv/NAME
  inside mkdir -p "/srv/$1"
  inside mount "/dev/mapper/$1" "/srv/$1"
}

write_inside() { # SIZE to NAME
  inside dd if=/dev/zero of="/srv/$3/file-$RANDOM$RANDOM" bs=1M count=$(($(amount "$1") >> 20)) conv=fsync status=none
}

# Questions
unit_state() { inside systemctl is-active "$1" || true; }
unit_enabled() { inside systemctl is-enabled "$1" || true; }
unit_property() { inside systemctl show --property "$2" --value "$1"; } # UNIT PROPERTY
unit_status() { inside systemctl status --no-pager --lines 0 "$1" || true; }
unit_log() { inside journalctl --no-pager --output cat --unit "$1"; }

# What is on its disk and does not change by itself, each with what tells whether it is as before.
machine_listing() {
  inside find / -xdev \( -path /tmp -o -path /packages -o -path /var/log/journal -o -path /var/lib/dpkg -o -path /var/log/dpkg.log \
    -o -path /var/lib/systemd/deb-systemd-helper-enabled -o -path /var/lib/systemd/random-seed -o -path /var/lib/systemd/timers \
    -o -path /var/cache/ldconfig -o -path /srv -o -path /root \) -prune -o -printf '%y %m %u:%g %p %l\n' | sort
}
