# shellcheck shell=bash
# The program under test: its configuration, its daemon, what it says over HTTP and on the command line.

CONFIG=$WORK/headroom.yaml
LISTEN=127.0.0.1:10787
HEADROOM_LOG=$BOX/headroom.log
HEADROOM_PID=

# rules <<YAML: the configuration file of the daemon, and of no one else
rules() { cat > "$CONFIG"; }

headroom_serves() { # observe|enforce [every INTERVAL] [OPTION...]
  headroom_begins "$@"
  eventually 20s headroom_is_ready
}

headroom_begins() { # the same, and it may not get far
  local mode=$1 interval=1s
  shift
  if [[ ${1:-} == every ]]; then interval=$2; shift 2; fi
  command -v headroom > /dev/null || { complain "no headroom binary: build it, or name it in HEADROOM_BIN"; return 1; }
  [[ -e $CONFIG ]] || echo "rules: []" > "$CONFIG"
  mkdir -p "$WORK/headroom"
  local command=(headroom serve --config.file "$CONFIG" --mode "$mode" --poll.interval "$interval"
    --state.directory "$WORK/headroom" --web.listen-address "$LISTEN" --log.level debug "$@")
  printf '%s\0' "${command[@]}" > "$WORK/headroom.command" # for those who start it again
  "${command[@]}" >> "$HEADROOM_LOG" 2>&1 &
  HEADROOM_PID=$!
}

headroom_is_ready() {
  kill -0 "$HEADROOM_PID" || { complain "headroom ended: $(tail -n 3 "$HEADROOM_LOG")"; return 1; }
  curl -sf -m 2 -o /dev/null "http://$LISTEN/-/ready"
}

headroom_stops() { # SIGTERM, and gone with status 0 within ten seconds
  kill -TERM "$HEADROOM_PID"
  headroom_has_ended
}

headroom_has_ended() {
  local pid=$HEADROOM_PID status=0
  (sleep 10; kill -KILL "$pid" 2> /dev/null) &
  local watch=$!
  wait "$pid" || status=$?
  kill "$watch" 2> /dev/null || true # it may be over
  HEADROOM_PID=
  ((status == 0)) || { complain "headroom ended with status $status"; return 1; }
}

headroom_is_killed() {
  kill -KILL "$HEADROOM_PID"
  wait "$HEADROOM_PID" || true # by a signal
}

scrape() { curl -sf -m 5 "http://$LISTEN/metrics"; }

# metric NAME [LABEL=VALUE...]: the sum of the series that carry these labels, or `absent`
metric() {
  local lines label
  lines=$(series "$1") || return
  for label in "${@:2}"; do
    label="${label%%=*}=\"${label#*=}\""
    lines=$(grep -aF -e "{$label" -e ",$label" <<< "$lines" || true) # none is an answer
  done
  awk '/^headroom_|^process_/ { sum += $NF; found = 1 } END { if (found) printf "%.15g\n", sum; else print "absent" }' <<< "$lines"
}

# The series themselves, for what is said in labels; `absent` where there is none.
series() {
  local text
  text=$(scrape) || { complain "/metrics does not answer"; return 1; }
  grep -aE "^$1(\{| )" <<< "$text" || echo absent
}

# metric_agrees_on VOLUME: the filesystem's size is told as it is at this moment
metric_agrees_on() { [[ $(metric headroom_filesystem_size_bytes volume="$1") == "$(filesystem_of "$1")" ]]; }

explanation_of() { headroom explain "$1" 2>&1; }
log() { cat "$HEADROOM_LOG"; }
logged() { grep -ciE -- "$1" "$HEADROOM_LOG" || true; }

doctor() { headroom doctor --state.directory "$WORK/headroom" "$@"; }
doctor_finds() { # REGULAR-EXPRESSION, and says so by its status
  local said
  if said=$(doctor); then complain "status 0: $said"; return 1; fi
  grep -qE -- "$1" <<< "$said" || { complain "does not say '$1': $said"; return 1; }
}
doctor_says() { doctor > "$WORK/doctor.out" || true; doctor_said; } # its status tells that something is wrong
doctor_fixes() { doctor --fix > "$WORK/doctor.out"; }
doctor_said() { cat "$WORK/doctor.out"; }

posted() { # PATH [JSON]: prints the status
  curl -s -m 10 -o "$WORK/posted.out" -w '%{http_code}\n' -X POST -H 'Content-Type: application/json' -d "${2:-}" "http://$LISTEN$1"
}

metrics_are_clean() { # nothing that promtool would complain about
  scrape > "$WORK/metrics.txt"
  promtool check metrics < "$WORK/metrics.txt"
}
