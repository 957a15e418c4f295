# shellcheck shell=bash
# A volume group with a thin pool on a loop file in memory, or one that is kept over reboots, in the box.

lvm_group() { # GROUP of SIZE with_thin_pool POOL of SIZE [kept]
  local folder=$WORK loop
  [[ ${8:-} != kept ]] || folder=$STATE
  : > "$LVM_SYSTEM_DIR/lvm.conf"
  if [[ -e $folder/$1.disk ]]; then
    disk "$folder/$1.disk" > /dev/null
    group_active "$1"
    return
  fi
  loop=$(disk "$folder/$1.disk" "$3")
  pvcreate -qqy "$loop"
  vgcreate -qq "$1" "$loop"
  lvcreate -qqy --type thin-pool -L "$(($(amount "$7") >> 20))M" --poolmetadatasize 8M -n "$5" "$1"
}

lvm_ext4_volume() { # NAME of SIZE in GROUP/POOL [tagged TAG,TAG]; mounted at $WORK/NAME
  local group=${5%/*} tags=()
  [[ -z ${7:-} ]] || mapfile -t tags < <(tr , '\n' <<< "$7" | sed 's/^/--addtag=/')
  lvcreate -qqy -V "$(($(amount "$3") >> 20))M" --thin -n "$1" "${tags[@]}" "$5"
  mkfs.ext4 -q "/dev/$group/$1"
  lv_mounted "$group/$1"
}

lv_mounted() { # GROUP/NAME
  mkdir -p "$WORK/${1#*/}"
  mount "/dev/$1" "$WORK/${1#*/}"
}

group_inactive() { vgchange -qq -an "$1"; }
group_active() { vgchange -qq -ay "$1"; }
lv_inactive() { lvchange -qq -an "$1"; }
lv_active() { lvchange -qq -ay "$1"; }

group_is_locked() { # GROUP for SECONDSs: by another, as a long LVM command does
  flock -x "/run/lock/lvm/V_$1" sleep "${3%s}" &
  sleep 0.2
}

# Questions
lv_size_of() { lvs --noheadings --units b --nosuffix -o lv_size "$1" | tr -d ' '; }
