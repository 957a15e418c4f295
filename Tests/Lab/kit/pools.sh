# shellcheck shell=bash
# Thin pools on loop files in memory (or kept over reboots, in the box), thin volumes and their filesystems.

declare -A NEXT_ID=()

disk() { # FILE SIZE: prints the loop device of a sparse file
  [[ -e $1 ]] || truncate -s "$(amount "$2")" "$1"
  losetup -f --show "$1"
}

# A disk of its own that reboots and power cuts leave, at $WORK/kept: for what daemons write down.
kept_disk() {
  local file=$STATE/kept.disk
  [[ -e $file ]] || { truncate -s 4G "$file"; mkfs.ext4 -q "$file"; }
  mkdir -p "$WORK/kept"
  mount -o loop "$file" "$WORK/kept"
}

# pool NAME of SIZE [metadata SIZE] [delayed MS] [erroring_when_full] [kept]
pool() {
  local name=$1 size=$3 metadata=16MiB delay='' features=skip_block_zeroing folder=$WORK data
  shift 3
  while (($#)); do
    case $1 in
      metadata) metadata=$2; shift ;;
      delayed) delay=${2%ms}; shift ;;
      erroring_when_full) features+=" error_if_no_space" ;;
      kept) folder=$STATE ;;
      *) complain "pool: what is $1?"; return 2 ;;
    esac
    shift
  done
  NEXT_ID[$name]=0
  metadata=$(disk "$folder/$name.metadata" "$metadata")
  data=$(disk "$folder/$name.data" "$size")
  [[ -z $delay ]] || data=$(delayed_disk "$name-slow" "$data" "$delay")
  dmsetup create "$name" --table "0 $(($(amount "$size") / 512)) thin-pool $metadata $data 128 0 $(wc -w <<< "$features") $features"
}

delayed_disk() { # NAME DEVICE MILLISECONDS: prints the slow device
  load_modules dm-delay
  dmsetup create "$1" --table "0 $(blockdev --getsz "$2") delay $2 0 $3"
  echo "/dev/mapper/$1"
}

# volume NAME of SIZE on POOL: the same order in each boot gives the same thin ids
volume() {
  local name=$1 size=$3 pool=$5 id made
  id=$((++NEXT_ID[$pool]))
  made=$STATE/$pool.ids
  if [[ ! -e $STATE/$pool.data ]] || ! grep -qx "$id" "$made" 2> /dev/null; then
    dmsetup message "$pool" 0 "create_thin $id"
    echo "$id" >> "$made"
  fi
  dmsetup create "$name" --table "0 $(($(amount "$size") / 512)) thin /dev/mapper/$pool $id"
}

ext4_volume() { # NAME of SIZE on POOL [mounted OPTIONS]
  volume "${@:1:5}"
  mkfs.ext4 -q "/dev/mapper/$1"
  mounted "$1" "${7:-defaults}"
}

xfs_volume() { # NAME of SIZE on POOL: 512 MiB at least, or mkfs.xfs refuses
  volume "${@:1:5}"
  mkfs.xfs -q "/dev/mapper/$1"
  mounted "$1" "${7:-defaults}"
}

volume_is_gone() { # NAME: unmounted, its device and its blocks with it
  local pool id
  read -r pool id < <(dmsetup table "$1" | awk '{ print $4, $5 }')
  unmounted "$1"
  dmsetup remove --retry "$1"
  dmsetup message "/dev/block/$pool" 0 "delete $id"
}

mounted() { # NAME [OPTIONS]
  mkdir -p "$WORK/$1"
  mount -o "${2:-defaults}" "/dev/mapper/$1" "$WORK/$1"
}

unmounted() { umount "$WORK/$1"; }

grown_by_hand() { # NAME to SIZE: the recipe that every article tells, and what Headroom does better
  lengthened_by_hand "$@"
  resize2fs "/dev/mapper/$1" 2> /dev/null
}

# What every owner does that keeps a size of its own: the device anew, as it was before the growth.
made_anew() { # NAME of SIZE: with its pool and its thin id
  local table
  table=$(dmsetup table "$1" | sed -E "s/^0 [0-9]+ /0 $(($(amount "$3") / 512)) /")
  dmsetup remove --retry "$1"
  dmsetup create "$1" --table "$table"
}

lengthened_by_hand() { # NAME to SIZE
  table_left_behind "$@"
  dmsetup resume "$1"
}

table_left_behind() { # NAME of SIZE: loaded, and not made live
  dmsetup load "$1" --table "$(dmsetup table "$1" | sed -E "s/^0 [0-9]+ /0 $(($(amount "$3") / 512)) /")"
}

pool_grown_by_hand() { # NAME to SIZE
  local data=$WORK/$1.data sectors=$(($(amount "$3") / 512)) table
  truncate -s "$(amount "$3")" "$data"
  losetup -c "$(losetup -j "$data" -O NAME -n)"
  table=$(dmsetup table "$1" | sed -E "s/^0 [0-9]+ /0 $sectors /")
  dmsetup load "$1" --table "$table"
  dmsetup resume "$1"
}

opened() { # NAME for reading|writing: by a process that keeps it so, as a backup does or a virtual machine; its id is in $OPENER
  local flags=O_RDONLY
  [[ $3 == reading ]] || flags=O_RDWR
  python3 -c "import os, sys, time; os.open(sys.argv[1], os.$flags); time.sleep(100000)" "/dev/mapper/$1" &
  OPENER=$!
  eventually 10s opened_by "$OPENER" "/dev/mapper/$1"
}
opened_by() { readlink "/proc/$1"/fd/* | grep -qx "$(readlink -f "$2")"; }

suspended() { dmsetup suspend --nolockfs --noflush "$1"; }
resumed() { dmsetup resume "$1"; }

# Questions
size_of() { echo $(($(dmsetup table "$1" | cut -d' ' -f2) * 512)); }
filesystem_of() { stat -f -c '%b %S' "$WORK/$1" | awk '{ printf "%.0f\n", $1 * $2 }'; }
superblock_of() { # what the filesystem takes of its device, mounted or not: ext4, XFS
  local words
  read -ra words < <(od -An -v -w56 -tu4 -j1028 -N56 "/dev/mapper/$1")
  if (((words[13] & 0xffff) == 0xef53)); then # s_magic; s_blocks_count_lo, s_log_block_size
    echo $((words[0] * (1024 << words[5])))
  elif [[ $(findmnt -no FSTYPE "$WORK/$1") == xfs ]]; then # its superblock on the disk may be behind
    xfs_info "$WORK/$1" | sed -nE 's/^data .*bsize=([0-9]+) +blocks=([0-9]+),.*/\1 \2/p' | awk '{ printf "%.0f\n", $1 * $2 }'
  else
    xfs_db -r -c 'sb 0' -c 'print dblocks blocksize' "/dev/mapper/$1" | awk '{ size = size ? size * $3 : $3 } END { printf "%.0f\n", size }'
  fi
}
used_of() { df -B1 --output=used "$WORK/$1" | tail -n 1 | tr -d ' '; }
mapped_of() { echo $(($(dmsetup status --noflush "$1" | cut -d' ' -f4) * 512)); }
pool_status() { dmsetup status --noflush "$1" | cut -d' ' -f4-; }
pool_use_of() { pool_status "$1" | awk '{ split($3, d, "/"); printf "%.2f%%\n", 100 * d[1] / d[2] }'; }
mode_of() { pool_status "$1" | awk '{ print (NF > 1) ? $5 : $1 }'; }
tables_of() { dmsetup info "$1" | sed -n 's/^Tables present: *//p'; }
link_of() { readlink -f "/dev/mapper/$1"; }

# The device under a filesystem is never smaller than the filesystem, whatever happened.
superblock_fits() { # NAME
  local size
  size=$(superblock_of "$1")
  ((size <= $(size_of "$1"))) || { complain "$1: filesystem of $size bytes on a device of $(size_of "$1")"; return 1; }
}

checks_clean() { # NAME: unmounted ext4
  e2fsck -fn "/dev/mapper/$1" > "$WORK/e2fsck.out" 2>&1 || { complain "$(cat "$WORK/e2fsck.out")"; return 1; }
}

# The kernel's own times of what comes and goes.
device_events_are_noted() {
  stdbuf -oL udevadm monitor --kernel --subsystem-match=block > "$WORK/device-events" &
  eventually 5s grep -q KERNEL "$WORK/device-events"
}
absences() { # of devices that were made anew, in milliseconds: from each removal to the next device that got its table
  awk '/^KERNEL\[/ {
    time = substr($1, 8) + 0
    if ($2 == "remove") removed = time
    if ($2 == "change" && removed) { printf "%.1f\n", (time - removed) * 1000; removed = 0 }
  }' "$WORK/device-events"
}
longest_absence() { absences | sort -n | tail -n 1; }
