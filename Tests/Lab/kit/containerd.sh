# shellcheck shell=bash
# A real containerd on the devmapper snapshotter, and images of busybox made by hand, layers and manifest.

ctrd() { ctr -a "$WORK/containerd.sock" "$@"; }

containerd_serves() { # [kept] [pool SIZE] [filesystem ext4|xfs] [base SIZE]; kept: on kept_disk, and its pool too
  local pool=2GiB filesystem=ext4 base=256MiB kept='' root=$WORK/containerd
  if [[ ${1:-} == kept ]]; then
    kept=kept root=$WORK/kept/containerd
    shift
  fi
  while (($#)); do
    case $1 in pool) pool=$2 ;; filesystem) filesystem=$2 ;; base) base=$2 ;; esac
    shift 2
  done
  # shellcheck disable=SC2086 # a word or none
  dmsetup info devpool > /dev/null 2>&1 || pool devpool of "$pool" $kept
  cat > "$WORK/containerd.toml" <<TOML
version = 2
root = "$root"
state = "$WORK/containerd-run"
[grpc]
  address = "$WORK/containerd.sock"
[plugins."io.containerd.snapshotter.v1.devmapper"]
  root_path = "$root/devmapper"
  pool_name = "devpool"
  base_image_size = "$(($(amount "$base") >> 20))MB"
  fs_type = "$filesystem"
TOML
  containerd -c "$WORK/containerd.toml" >> "$BOX/containerd.log" 2>&1 &
  CONTAINERD_PID=$!
  eventually 40s ctrd plugins ls > /dev/null
  [[ -z $(ctrd images ls -q) ]] || return 0
  busybox_root
  tar -C "$WORK/busybox" -cf "$WORK/busybox.layer" .
  containerd_image busybox of "$WORK/busybox.layer"
}

containerd_image() { # NAME of LAYER...: tar files, lowest first; imported and unpacked
  image_archive "$1" "${@:3}" > "$WORK/$1.tar"
  eventually 10s ctrd images import --snapshotter devmapper "$WORK/$1.tar" > /dev/null
}

layer_of_zeros() { # NAME of SIZE: a layer of one file of that name, in $WORK/NAME.layer
  mkdir -p "$WORK/$1.d"
  truncate -s "$(amount "$3")" "$WORK/$1.d/$1"
  tar -C "$WORK/$1.d" -cf "$WORK/$1.layer" .
  rm -r "$WORK/$1.d"
}

blob() { # FILE: into the archive; prints its digest
  local digest
  digest=$(sha256sum "$1" | cut -d' ' -f1)
  cp "$1" "$WORK/oci/blobs/sha256/$digest"
  echo "$digest"
}

image_archive() { # NAME LAYER...: an OCI archive on standard output
  local name=docker.io/library/$1:latest layer digest config manifest layers='[]' contents='[]'
  rm -rf "$WORK/oci"
  mkdir -p "$WORK/oci/blobs/sha256"
  for layer in "${@:2}"; do
    contents=$(jq -c --arg digest "sha256:$(sha256sum "$layer" | cut -d' ' -f1)" '. + [$digest]' <<< "$contents")
    gzip -1 -n < "$layer" > "$WORK/layer.gz"
    digest=$(blob "$WORK/layer.gz")
    layers=$(jq -c --arg digest "sha256:$digest" --argjson size "$(stat -c %s "$WORK/layer.gz")" \
      '. + [{mediaType: "application/vnd.oci.image.layer.v1.tar+gzip", digest: $digest, size: $size}]' <<< "$layers")
  done
  jq -c '{architecture: "amd64", os: "linux", config: {Cmd: ["/bin/sh"]},
    rootfs: {type: "layers", diff_ids: .}}' <<< "$contents" > "$WORK/config"
  config=$(blob "$WORK/config")
  jq -c --arg config "sha256:$config" --argjson size "$(stat -c %s "$WORK/config")" '{schemaVersion: 2,
    mediaType: "application/vnd.oci.image.manifest.v1+json",
    config: {mediaType: "application/vnd.oci.image.config.v1+json", digest: $config, size: $size},
    layers: .}' <<< "$layers" > "$WORK/manifest"
  manifest=$(blob "$WORK/manifest")
  jq -cn --arg name "$name" --arg manifest "sha256:$manifest" --argjson size "$(stat -c %s "$WORK/manifest")" '{schemaVersion: 2,
    manifests: [{mediaType: "application/vnd.oci.image.manifest.v1+json", digest: $manifest, size: $size,
      annotations: {"org.opencontainers.image.ref.name": $name, "io.containerd.image.name": $name}}]}' > "$WORK/oci/index.json"
  echo '{"imageLayoutVersion":"1.0.0"}' > "$WORK/oci/oci-layout"
  tar -C "$WORK/oci" -c .
}

containerd_container() { # NAME [of IMAGE]: idle until told otherwise
  ctrd run -d --snapshotter devmapper "docker.io/library/${3:-busybox}:latest" "$1" /bin/sleep 100000
}

containerd_stops() {
  kill -TERM "$CONTAINERD_PID"
  wait "$CONTAINERD_PID" || true # its status says nothing
}

# Its labels as an orchestrator gives them: on the container, in no file of its task.
containerd_container_labelled() { # NAME LABEL=VALUE...: not started
  ctrd containers create --snapshotter devmapper docker.io/library/busybox:latest "$1" /bin/sleep 100000
  ctrd containers label "$@" > /dev/null
}

containerd_hangs() { kill -STOP "$CONTAINERD_PID"; }
containerd_goes_on() { kill -CONT "$CONTAINERD_PID"; }

task_starts() { ctrd task start -d "$1"; }
task_ends() { # NAME
  ctrd task kill -s KILL "$1"
  eventually 10s ctrd task rm "$1"
}

# As a boot leaves it: containerd makes the device anew, at the size that it knows. Its name is in $VOLUME afterwards.
its_device_comes_back_small() { # CONTAINER
  VOLUME=$(containerd_volume_of "$1")
  task_ends "$1"
  containerd_stops
  dmsetup remove --retry "$VOLUME"
  containerd_serves "${@:2}"
}

# Questions
run_in() { # CONTAINER COMMAND...
  ctrd task exec --exec-id "exec-$RANDOM$RANDOM" "$@"
}
containerd_volume_of() { # the snapshot's device, by its mount
  awk -v path="/default/$1/rootfs" 'index($5, path) { print $3 }' /proc/self/mountinfo | head -n 1 | volume_at
}
volume_at() { # reads major:minor, prints the device-mapper name
  local number
  read -r number
  dmsetup info -c --noheadings -o name -j "${number%:*}" -m "${number#*:}"
}
size_seen_by_task() { run_in "$1" /bin/df -k / | awk 'END { print $(NF - 4) * 1024 }'; }

written_by_task() { # CONTAINER SIZE: dd inside, at full speed; prints `none` or what went wrong
  local said
  if said=$(run_in "$1" /bin/dd if=/dev/zero of=/fill bs=1M count=$(($(amount "$2") >> 20)) 2>&1); then
    echo none
  else
    grep -oiE 'no space left|input/output error' <<< "$said" || echo "$said"
  fi
}
