# shellcheck shell=bash
# A real Alertmanager, or several on ports of their own, and what they say of the alerts that they have.

ALERTMANAGER_PORT=9093
declare -A ALERTMANAGER_PIDS=()

# alertmanager_routes <<YAML: what is served unless another file is named; without it, alerts are kept and nobody is told
alertmanager_routes() { cat > "$WORK/alertmanager.yml"; }

alertmanager_serves() { # [with CONFIGURATION-FILE] [on PORT] [OPTION...]
  alertmanager_begins "$@"
  local port=$ALERTMANAGER_PORT
  if [[ ${1:-} == with ]]; then shift 2; fi
  if [[ ${1:-} == on ]]; then port=$2; fi
  eventually 30s alertmanager_is_ready "$port"
}

alertmanager_begins() { # the same, and it may not get far
  local configuration=$WORK/alertmanager.yml port=$ALERTMANAGER_PORT
  if [[ ${1:-} == with ]]; then configuration=$2; shift 2; fi
  if [[ ${1:-} == on ]]; then port=$2; shift 2; fi
  [[ -e $configuration ]] || printf 'route: {receiver: nobody}\nreceivers: [{name: nobody}]\n' > "$configuration"
  mkdir -p "$WORK/alertmanager.$port"
  prometheus-alertmanager --config.file "$configuration" --storage.path "$WORK/alertmanager.$port" --log.level debug \
    --web.listen-address "127.0.0.1:$port" --cluster.listen-address "" "$@" >> "$BOX/alertmanager.$port.log" 2>&1 &
  ALERTMANAGER_PIDS[$port]=$!
}

alertmanager_is_ready() { # [PORT]
  local port=${1:-$ALERTMANAGER_PORT}
  kill -0 "${ALERTMANAGER_PIDS[$port]:-none}" ||
    { complain "Alertmanager ended: $(tail -n 3 "$BOX/alertmanager.$port.log")"; return 1; }
  curl -sf -m 2 -o /dev/null "http://127.0.0.1:$port/-/ready"
}

alertmanager_is_killed() { # [PORT]; the alerts were in its memory and are gone with it
  local port=${1:-$ALERTMANAGER_PORT}
  kill -KILL "${ALERTMANAGER_PIDS[$port]}"
  wait "${ALERTMANAGER_PIDS[$port]}" 2> /dev/null || true # with the signal's status
  unset "ALERTMANAGER_PIDS[$port]"
}

alertmanager_log() { cat "$BOX/alertmanager.${1:-$ALERTMANAGER_PORT}.log"; }

# alerts [on PORT] [LABEL=VALUE...]: those that it has and that are not resolved, a JSON object a line
alerts() {
  local port=$ALERTMANAGER_PORT matcher matchers=()
  if [[ ${1:-} == on ]]; then port=$2; shift 2; fi
  for matcher; do matchers+=(--data-urlencode "filter=${matcher%%=*}=\"${matcher#*=}\""); done
  curl -sf -m 5 -G "${matchers[@]}" "http://127.0.0.1:$port/api/v2/alerts" | jq -c '.[]'
}

alert_count() { alerts "$@" | wc -l; } # [on PORT] [LABEL=VALUE...]

# Of the alerts that carry these labels: what one label or annotation says, or when one began or ends; `absent` where
# there is none.
alert_label() { local name=$1; shift; of_alerts ".labels[\"$name\"]" "$@"; }
alert_annotation() { local name=$1; shift; of_alerts ".annotations[\"$name\"]" "$@"; }
alert_begins() { of_alerts .startsAt "$@"; }
alert_ends() { of_alerts .endsAt "$@"; }
alert_generator() { of_alerts .generatorURL "$@"; }
of_alerts() { # JQ-EXPRESSION [on PORT] [LABEL=VALUE...]
  local said
  said=$(alerts "${@:2}" | jq -r "$1 // \"absent\"")
  echo "${said:-absent}"
}

# Tells it of an alert that fires, or is over, as whoever has rules would.
alert_fires() { post_alert "" "$@"; } # [on PORT] LABEL=VALUE...
alert_is_over() { post_alert "$(date -u +%FT%TZ)" "$@"; }
post_alert() { # ENDS-AT [on PORT] LABEL=VALUE...
  local port=$ALERTMANAGER_PORT ends=$1
  shift
  if [[ ${1:-} == on ]]; then port=$2; shift 2; fi
  jq -nc --arg ends "$ends" '[{labels: ($ARGS.positional | map(capture("(?<key>[^=]*)=(?<value>.*)"; "s")) | from_entries)}
    + if $ends == "" then {} else {endsAt: $ends} end]' --args "$@" |
    curl -sf -m 5 -o /dev/null -H 'Content-Type: application/json' --data-binary @- "http://127.0.0.1:$port/api/v2/alerts"
}
