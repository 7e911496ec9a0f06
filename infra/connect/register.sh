#!/bin/sh
# Installs the connector once Kafka Connect answers, and again without harm: PUT creates or updates.
set -eu
connect="${CONNECT_URL:-http://connect:8083}"
# `config` alone is what PUT wants; the file is kept in the form POST takes, as Debezium's documentation shows it.
config="$(sed -n '/"config": {/,/^  }/p' /connect/postgres-source.json | sed '1s/.*/{/; $s/.*/}/')"
until curl -fsS "$connect/connectors" >/dev/null 2>&1; do sleep 2; done
curl -fsS -X PUT -H 'Content-Type: application/json' --data "$config" "$connect/connectors/postgres-source/config" >/dev/null
echo "connector postgres-source is installed"
