# shellcheck shell=bash
# A real LXD with its storage pool in a thin pool of LVM, and an image of busybox. All of its state is in one folder, where
# headroom finds it as LXD's own tools do.

export LXD_DIR=$WORK/lxd

lx() { lxc "$@" < /dev/null; }

lxd_serves() { # on GROUP/POOL [kept]: an instance is born with 256 MiB
  [[ ${3:-} != kept ]] || LXD_DIR=$WORK/kept/lxd
  lxd_starts
  ! lx storage show depot > /dev/null 2>&1 || return 0
  lx storage create depot lvm source="${2%/*}" lvm.thinpool_name="${2#*/}" volume.size=256MiB > /dev/null
  lxd_image
}

lxd_starts() {
  command -v lxd > /dev/null || skip "there is no lxd on this machine"
  load_modules dm-snapshot # LXD's lvcreate asks for the module, though what it makes is thin
  mkdir -p "$LXD_DIR"
  lxd --group root --logfile "$BOX/lxd.log" >> "$BOX/lxd.out" 2>&1 &
  LXD_PID=$!
  lxd waitready --timeout 60
}

lxd_stops() { # containers go on
  kill -TERM "$LXD_PID"
  wait "$LXD_PID" || true
}

lxd_shuts_down() { # and its containers, as before a reboot
  lxd shutdown --timeout 30
  wait "$LXD_PID" || true
}

lxd_image() { # `busybox`
  local image=$WORK/lxd-image
  busybox_root
  mkdir -p "$image/rootfs"/{sbin,dev,proc,sys,tmp,etc,root,run,var}
  cp -r "$WORK/busybox/bin" "$image/rootfs/"
  printf '#!/bin/sh\nexec sleep 100000\n' > "$image/rootfs/sbin/init"
  chmod +x "$image/rootfs/sbin/init"
  echo root:x:0:0:root:/root:/bin/sh > "$image/rootfs/etc/passwd"
  echo root:x:0: > "$image/rootfs/etc/group"
  printf 'architecture: x86_64\ncreation_date: 1700000000\nproperties: {os: Busybox, release: "1.35"}\n' > "$image/metadata.yaml"
  tar -C "$image" -czf "$image.tgz" metadata.yaml rootfs
  lx image import -q "$image.tgz" --alias busybox > /dev/null
}

lxd_project() { lx project create "$1" -c features.images=false -c features.profiles=false > /dev/null; }

lxd_container() { # NAME [in PROJECT] [OPTION...]: idle until told otherwise
  local name=$1 project=default
  shift
  if [[ ${1:-} == in ]]; then project=$2; shift 2; fi
  lx launch -q busybox "$name" -s depot -c security.privileged=true -c boot.host_shutdown_timeout=1 --project "$project" "$@" > /dev/null 2>&1
}

# Questions; a container is named by PROJECT/NAME
lxd_runs() { lx exec --project "${1%%/*}" "${1#*/}" -- /bin/sh -c "$2"; }
lxd_size_of() { # as LXD has it on record
  lx query "/1.0/instances/${1#*/}?project=${1%%/*}" | jq -r '.expanded_devices.root.size // "none"'
}
lxd_lv_of() { # LXD doubles the dashes
  local name=${1#*/}
  [[ ${1%%/*} == default ]] || name=${1%%/*}_$name
  echo "containers_${name//-/--}"
}
lxd_volume_of() { # and device-mapper doubles them again
  local name
  name=$(lxd_lv_of "$1")
  echo "vg-${name//-/--}"
}
size_seen_by_instance() { lxd_runs "$1" 'df -k /' | awk 'END { print $(NF - 4) * 1024 }'; }
status_of_instance() { lx query "/1.0/instances/${1#*/}?project=${1%%/*}" | jq -r .status; }
fingerprint_in_instance() { lxd_runs "$1" 'md5sum /data'; }
data_written_in_instance() { # PROJECT/NAME SIZE: what no zeroes stand for; prints `none` or what went wrong
  lxd_runs "$1" "dd if=/dev/urandom of=/data bs=1M count=$(($(amount "$2") >> 20)) 2>&1 && sync" > "$WORK/instance.out" \
    && echo none || cat "$WORK/instance.out"
}
