# shellcheck shell=bash
# A volume group with a thin pool on a loop file in memory.

lvm_group() { # GROUP of SIZE with_thin_pool POOL of SIZE
  local loop
  : > "$LVM_SYSTEM_DIR/lvm.conf"
  loop=$(disk "$WORK/$1.disk" "$3")
  pvcreate -qqy "$loop"
  vgcreate -qq "$1" "$loop"
  lvcreate -qqy --type thin-pool -L "$(($(amount "$7") >> 20))M" --poolmetadatasize 8M -n "$5" "$1"
}

lvm_ext4_volume() { # NAME of SIZE in GROUP/POOL; mounted at $WORK/NAME
  local group=${5%/*}
  lvcreate -qqy -V "$(($(amount "$3") >> 20))M" --thin -n "$1" "$5"
  mkfs.ext4 -q "/dev/$group/$1"
  mkdir -p "$WORK/$1"
  mount "/dev/$group/$1" "$WORK/$1"
}

lv_inactive() { lvchange -qq -an "$1"; }
lv_active() { lvchange -qq -ay "$1"; }

group_is_locked() { # GROUP for SECONDSs: by another, as a long LVM command does
  flock -x "/run/lock/lvm/V_$1" sleep "${3%s}" &
  sleep 0.2
}

# Questions
lv_size_of() { lvs --noheadings --units b --nosuffix -o lv_size "$1" | tr -d ' '; }
