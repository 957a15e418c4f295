# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# Copyright (c) the Headroom authors
#
# For checks that ask a real server for things, over the network: a folder, certificates, a daemon on a simulated host.
# shellcheck disable=SC2034 # used by those who source this

[[ -x $HEADROOM_BIN ]] || { echo "no $HEADROOM_BIN: make build"; exit 1; }
folder=$(mktemp -d)
started=()
trap 'kill "${started[@]}" 2> /dev/null; wait; rm -rf "$folder"' EXIT
fail() {
  echo "$*"
  [[ ! -e $folder/log ]] || tail -20 "$folder/log"
  exit 1
}

# Of "carol123", "dave123" and "open sesame"; the first two are from the tests of Prometheus' exporter-toolkit.
carol='$2y$10$qRTBuFoULoYNA7AQ/F3ck.trZBPyjV64.oA4ZsSBCIWvXuvQlQTuu'
dave='$2y$10$2UXri9cIDdgeKjBo4Rlpx.U3ZLDV8X1IxKmsfOvhcM5oXQt/mLmXq'

# NAME.crt and NAME.key, by the authority `ca` or the one named second.
certificate() { # NAME [AUTHORITY]
  local authority=${2:-ca}
  [[ -e $folder/$authority.crt ]] || openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 \
    -keyout "$folder/$authority.key" -out "$folder/$authority.crt" -subj "/CN=$authority" 2> /dev/null
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$folder/new.key" -out "$folder/$1.csr" \
    -subj "/CN=$1" 2> /dev/null
  openssl x509 -req -in "$folder/$1.csr" -CA "$folder/$authority.crt" -CAkey "$folder/$authority.key" -CAcreateserial -days 2 \
    -out "$folder/new.crt" -extfile <(echo "subjectAltName=DNS:localhost,IP:127.0.0.1,DNS:$1") 2> /dev/null
  mv "$folder/new.key" "$folder/$1.key"
  mv "$folder/new.crt" "$folder/$1.crt"
}

# Starts the daemon with web.yml and headroom.yaml of the folder, and waits until it listens; sets `port` and `daemon`.
serve() {
  port=$((20000 + RANDOM % 20000))
  "$HEADROOM_BIN" serve --host simulated:deploy/examples/simulated-host.yaml --web.listen-address "127.0.0.1:$port" \
    --web.config.file "$folder/web.yml" --config.file "$folder/headroom.yaml" --socket "$folder/socket/s" 2> "$folder/log" &
  daemon=$!
  started+=("$daemon")
  for _ in {1..200}; do
    kill -0 "$daemon" 2> /dev/null || fail "the daemon ended"
    if [[ -S $folder/socket/s ]] && (: < "/dev/tcp/127.0.0.1/$port") 2> /dev/null; then return; fi
    sleep 0.1
  done
  fail "the daemon does not listen"
}

# What curl says that the server answered: a status, or 000 and curl's reason where there was no answer.
status() { # CURL'S ARGUMENTS... PATH
  local path=${!#}
  rm -f "$folder/body"
  curl --silent --show-error --max-time 20 --cacert "$folder/ca.crt" --output "$folder/body" --write-out '%{http_code}' \
    "${@:1:$#-1}" "${scheme:-https}://localhost:$port$path" 2> "$folder/said"
}

expect() { # STATUS, or several with | between them; CURL'S ARGUMENTS... PATH
  local got
  got=$(status "${@:2}") || true
  [[ "|$1|" == *"|$got|"* ]] || fail "\`curl ${*:2}\` got $got, not $1: $(head -c 500 "$folder/body" 2>&1; cat "$folder/said")"
}
