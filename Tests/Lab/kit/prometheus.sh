# shellcheck shell=bash
# A real Prometheus that scrapes Headroom every second.

PROMETHEUS=127.0.0.1:9090

prometheus_scrapes() {
  cat > "$WORK/prometheus.yml" <<YAML
global: {scrape_interval: 1s, scrape_timeout: 1s}
scrape_configs:
  - job_name: headroom
    static_configs: [{targets: ["$LISTEN"]}]
YAML
  prometheus --config.file "$WORK/prometheus.yml" --storage.tsdb.path "$WORK/prometheus" --log.level warn \
    --web.listen-address "$PROMETHEUS" > "$BOX/prometheus.log" 2>&1 &
  eventually 30s curl -sf -m 2 -o /dev/null "http://$PROMETHEUS/-/ready"
  # Its targets come to it some seconds after it is ready.
  eventually 30s the query up is 1
}

# query EXPRESSION: the value of the first series that it gives, or `absent`
query() {
  curl -sf -m 5 --data-urlencode "query=$1" "http://$PROMETHEUS/api/v1/query" | jq -r '.data.result[0].value[1] // "absent"'
}
