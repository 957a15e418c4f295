# shellcheck shell=bash
# A real dockerd on the devicemapper driver, its pool of loop files in memory, and an image of busybox. All of its
# state is in $DOCKER_ROOT and below $WORK; it talks on a socket of its own.

DOCKER_ROOT=$WORK/docker

docker_has_devicemapper() { # the driver left with Docker 25
  local version
  version=$(dockerd --version 2> /dev/null | grep -oE '[0-9]+' | head -n 1) || return 1
  ((version < 25))
}

dock() { docker -H "unix://$WORK/docker.sock" "$@"; }

docker_serves() { # [kept] [pool SIZE] [filesystem ext4|xfs] [base SIZE]; kept: all that it writes down on kept_disk
  local pool=2GiB filesystem=ext4 base=256MiB
  if [[ ${1:-} == kept ]]; then
    DOCKER_ROOT=$WORK/kept/docker
    shift
  fi
  while (($#)); do
    case $1 in pool) pool=$2 ;; filesystem) filesystem=$2 ;; base) base=$2 ;; esac
    shift 2
  done
  docker_has_devicemapper || skip "the dockerd of this machine has no devicemapper driver (it left with Docker 25)"
  DOCKERD_STORAGE=("dm.loopdatasize=$(amount "$pool")b" dm.loopmetadatasize=64M "dm.basesize=$(amount "$base")b" "dm.fs=$filesystem"
    dm.override_udev_sync_check=true)
  dockerd_starts
  [[ -z $(dock images -q busybox) ]] || return 0
  busybox_root
  tar -C "$WORK/busybox" -c . | dock import - busybox > /dev/null
}

dockerd_starts() { # as docker_serves has set it up
  local command=(dockerd -s devicemapper "${DOCKERD_STORAGE[@]/#/--storage-opt=}"
    --data-root "$DOCKER_ROOT" --exec-root "$WORK/docker-run" --pidfile "$WORK/docker.pid" -H "unix://$WORK/docker.sock"
    --bridge=none --iptables=false --ip-forward=false)
  printf '%s\0' "${command[@]}" > "$WORK/dockerd.command" # for those who start it again
  "${command[@]}" >> "$BOX/dockerd.log" 2>&1 &
  DOCKERD_PID=$!
  eventually 40s dock info > /dev/null
}

# udev looks into each device that was written to. Where that is just when dockerd removes it, dockerd marks it and tries again each
# 30 s, with the same luck. That is so without Headroom too; so where it is told what is left of removed containers, udev
# does not look again.
udev_does_not_look_again() {
  mkdir -p /run/udev/rules.d
  echo 'KERNEL=="dm-*", OPTIONS+="nowatch"' > /run/udev/rules.d/99-no-watch.rules
  udevadm control --reload
}

dockerd_stops() { # in order, with its containers
  kill -TERM "$DOCKERD_PID"
  wait "$DOCKERD_PID" || true
}

# As an orchestrator talks to it: no command line tool in between that takes time.
docker_api() { # METHOD PATH [BODY]: fails with what dockerd said
  local status
  status=$(curl -s -m 180 -o "$WORK/docker-api.out" -w '%{http_code}' --unix-socket "$WORK/docker.sock" -X "$1" \
    ${3:+-H 'Content-Type: application/json' -d "$3"} "http://docker$2")
  [[ $status == 2* ]] || { complain "$1 $2: $status $(cat "$WORK/docker-api.out")"; return 1; }
}

busybox_root() { # a root filesystem in $WORK/busybox
  local tool
  [[ ! -e $WORK/busybox ]] || return 0
  mkdir -p "$WORK/busybox/bin"
  cp /bin/busybox "$WORK/busybox/bin/"
  for tool in sh df dd sleep ls rm cat sync; do ln -s busybox "$WORK/busybox/bin/$tool"; done
}

data_written_in() { # CONTAINER SIZE: into /data, and on the disk
  dock exec "$1" /bin/sh -c "dd if=/dev/urandom of=/data bs=1M count=$(($(amount "$2") >> 20)) && sync" 2> /dev/null
}

# Its first process ignores SIGTERM, so each stop would wait ten seconds.
docker_container() { # NAME [OPTION...]: idle until told otherwise
  dock run -d --network none --stop-signal KILL --name "$@" busybox /bin/sleep 100000 > /dev/null
}

# Questions
docker_volume_of() { dock inspect -f '{{.GraphDriver.Data.DeviceName}}' "$1"; }
docker_volume_size_of() { size_of "$(docker_volume_of "$1")"; }
recorded_size_of() { # CONTAINER: by dockerd's own record
  jq .size "$DOCKER_ROOT/devicemapper/metadata/$(docker_volume_of "$1" | grep -oE '[0-9a-f]{64}$')"
}
fingerprint_in() { dock exec "$1" /bin/busybox md5sum /data | cut -d' ' -f1; }
docker_pool_use() { pool_status "$(docker_pool)" | awk '{ sub("/.*", "", $3); print $3 }'; } # data blocks
docker_pool() { dmsetup ls | awk '/^docker-.*-pool/ { print $1 }'; }
docker_volumes() { dmsetup ls | grep -oE '^docker-.*-[0-9a-f]{64}(-init)?' || true; } # those that are active
size_seen_in() { dock exec "$1" /bin/df -k / | awk 'END { print $(NF - 4) * 1024 }'; }

written_in() { # CONTAINER SIZE: dd inside, at full speed; prints `none` or what went wrong
  local said
  if said=$(dock exec "$1" /bin/dd if=/dev/zero of=/fill bs=1M count=$(($(amount "$2") >> 20)) 2>&1); then
    echo none
  else
    grep -oiE 'no space left|input/output error' <<< "$said" || echo "$said"
  fi
}
