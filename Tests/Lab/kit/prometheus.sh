# shellcheck shell=bash
# A real Prometheus that scrapes Headroom every second.

PROMETHEUS=127.0.0.1:9090

prometheus_scrapes() { # [and alerts by RULE-FILE]: tells the Alertmanager of the kit what these rules say
  # [through PORT...]: and what these ports of this machine hand on
  # [by the rules beside one_that_is_down]: has the rules as shipped, but for their patience, and scrapes a host in vain, too
  local targets="'$LISTEN'" files='' timing='scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s'
  if [[ $* == "by the rules beside one_that_is_down" ]]; then
    impatient_rules "$WORK/rules.yml"
    timing='scrape_interval: 2s, scrape_timeout: 2s, evaluation_interval: 4s' # so many rules are work for this kernel
    targets+=", '127.0.0.1:1'" files="'$WORK/rules.yml', '$LAB/repository/deploy/prometheus/headroom.recording.yml'"
  elif [[ ${1:-} == through ]]; then
    targets+=$(printf ", '127.0.0.1:%s'" "${@:2}")
  elif [[ ${1:-} == and ]]; then
    files="'$4'"
  fi
  cat > "$WORK/prometheus.yml" <<YAML
global: {$timing}
rule_files: [$files]
scrape_configs:
  - job_name: headroom
    static_configs: [{targets: [$targets]}]
YAML
  if [[ ${1:-} == and ]]; then
    echo "alerting: {alertmanagers: [{static_configs: [{targets: ['127.0.0.1:$ALERTMANAGER_PORT']}]}]}" >> "$WORK/prometheus.yml"
  fi
  prometheus --config.file "$WORK/prometheus.yml" --storage.tsdb.path "$WORK/prometheus" --log.level warn \
    --web.listen-address "$PROMETHEUS" > "$BOX/prometheus.log" 2>&1 &
  eventually 30s curl -sf -m 2 -o /dev/null "http://$PROMETHEUS/-/ready"
  # Its targets come to it some seconds after it is ready.
  eventually 30s the query 'max(up)' is 1
}

# The rules that are shipped, with no time to wait before they fire, and some before they are over.
impatient_rules() { # FILE
  sed -E 's/^( *)for: .*/\1for: 2s\n\1keep_firing_for: 15s/' "$LAB/repository/deploy/prometheus/headroom.rules.yml" > "$1"
}

# query EXPRESSION: the value of the first series that it gives, or `absent`
query() {
  curl -sf -m 5 --data-urlencode "query=$1" "http://$PROMETHEUS/api/v1/query" | jq -r '.data.result[0].value[1] // "absent"'
}
