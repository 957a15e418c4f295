# shellcheck shell=bash
# A whole machine with systemd as its first process, on this kernel: namespaces of its own for all but the network. Its files have
# memory over them; devices and pools are the kernel's, so a pool made outside is seen inside, and so is
# what was there in $WORK before.

MACHINE=/run/lab/machine
MACHINE_PID=

# A fresh Debian, that `prepare` made.
machine_boots() {
  mount_host "$(cat "$BOX/debian")" /run/lab/debian ro
  machine_files /run/lab/debian
  mkdir -p "$MACHINE/packages"
  cp "$BOX"/headroom-*.deb "$MACHINE/packages"
  machine_starts --unit=basic.target
}

# This system's files, and of its services none. A dockerd that is started from now on is inside.
machine_boots_on_this_system() {
  machine_files /
  printf '%s\n' '#!/bin/bash' "exec nsenter --target \"\$(cat $WORK/machine.pid)\" --mount --pid -- /usr/sbin/dockerd \"\$@\"" > /run/lab/bin/dockerd
  chmod +x /run/lab/bin/dockerd
  machine_starts --unit=basic.target
}

machine_files() { # FOLDER that they are in
  mkdir -p "$MACHINE"{,.upper,.work}
  mount -t overlay -o "lowerdir=$1,upperdir=$MACHINE.upper,workdir=$MACHINE.work" machine "$MACHINE"
  mkdir -p "$MACHINE"/{outside,etc/systemd/system}
  # Nobody logs in.
  ln -sf /dev/null "$MACHINE/etc/systemd/system/console-getty.service"
  echo machine > "$MACHINE/etc/hostname"
}

machine_starts() { # OPTION of systemd...
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
      for folder in run tmp var/tmp; do mount -t tmpfs -o mode=1777 memory $folder; done
      chmod 755 run
      mount --rbind "$2" ".$2"
      pivot_root . outside
      umount -l /outside
      mount --make-rshared /
      exec env -i container=lab PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 \
        /lib/systemd/systemd --log-target=console --show-status=no "${@:3}"' machine "$MACHINE" "$WORK" "$@" > "$BOX/machine.log" 2>&1
  ) &
  local keeper=$!
  eventually 10s machine_has_begun "$keeper"
  MACHINE_PID=$(pgrep -P "$keeper")
  echo "$MACHINE_PID" > "$WORK/machine.pid"
  eventually 60s machine_is_up
}

machine_has_begun() { [[ $(cat "/proc/$(pgrep -P "$1")/comm") == systemd ]]; }
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
