# shellcheck shell=bash
# The kernel that a scenario runs in: its file systems, its modules, its udevd, its end.

export PATH=/run/lab/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8
export HOME=/run/home TMPDIR=/tmp LVM_SYSTEM_DIR=/run/lvm LVM_SUPPRESS_FD_WARNINGS=1

mount_kernel_filesystems() {
  mount -t proc proc /proc
  mount -t sysfs sys /sys
  mountpoint -q /dev || mount -t devtmpfs dev /dev
  mkdir -p /dev/pts /dev/shm
  ln -sfn /proc/self/fd /dev/fd
  mount -t devpts devpts /dev/pts
  mount -t tmpfs shm /dev/shm
  mount -t cgroup2 none /sys/fs/cgroup
  dmesg -n 1
}

# Memory over every folder that is written to, and an overlay where both the machine's and new files are needed.
mount_memory() {
  local folder
  for folder in /run /tmp /var; do mount -t tmpfs memory "$folder"; done
  mount -t tmpfs -o size=90% memory /mnt
  chmod 1777 /tmp
  mkdir -p /run/lab/{bin,etc,etc.work} /run/{home,lvm,lock,udev} /var/{lib,log,cache,tmp}
  load_modules overlay
  mount -t overlay -o lowerdir=/etc,upperdir=/run/lab/etc,workdir=/run/lab/etc.work etc /etc
}

mount_host() { # FOLDER WHERE ro|rw
  mkdir -p "$2"
  mount -t hostfs -o "$3,$1" none "$2"
}

load_modules() { # MODULE...: in the order of what needs what
  local folder module
  folder=/usr/lib/uml/modules/$(uname -r)
  for module; do
    grep -q "^${module//-/_} " /proc/modules || insmod "$folder/$(grep -oE "^[^:]*/$module\.ko" "$folder/modules.dep")"
  done
}

start_devices() {
  load_modules dm-mod dm-bufio dm-persistent-data dm-bio-prison dm-thin-pool loop
  ip link set lo up
  /lib/systemd/systemd-udevd --daemon 2> /dev/null
  udevadm trigger --subsystem-match=block
  udevadm settle
}

# What a person wants to see of a scenario that failed. Nothing here may wait for a device.
show_the_scene() {
  echo "--- dmesg, the end"
  dmesg | sed "1,/^.*    mem=/d" | tail -n 25
  echo "--- dmsetup table"
  timeout 5 dmsetup table --manglename none
  echo "--- dmsetup status --noflush"
  timeout 5 dmsetup status --noflush --manglename none
  if [[ -s $BOX/dockerd.log ]]; then
    echo "--- dockerd.log, the end"
    tail -n 40 "$BOX/dockerd.log"
  fi
  if [[ -s $BOX/machine.log ]]; then
    echo "--- machine.log, the end"
    tail -n 40 "$BOX/machine.log"
  fi
  if [[ -s $BOX/headroom.log ]]; then
    echo "--- headroom.log, the end"
    tail -n 200 "$BOX/headroom.log"
  fi
}

power_off() {
  echo o > /proc/sysrq-trigger
  sleep 30
}
