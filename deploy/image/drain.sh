#!/usr/bin/env bash
# Empties this pod before it stops: its hosts give their shards away, its gateway sends its clients to the others.
# What cannot be drained in time dies with the pod, which costs a pause and no bet.
set -uo pipefail
deadline=$((SECONDS + ${DRAIN_SECONDS_MAX:-150}))
mine() {
    croupier cluster status --address auto --json | python -c '
import json, os, sys
status = json.load(sys.stdin)
for process in status["hosts"] + status["gateways"]:
    if process["node"] == os.environ["POD_IP"] and process["state"] != "leaving":
        print(process["name"])
'
}
for name in $(mine); do
    # One work at a time is done on a cluster: wait for one that is under way.
    while ((SECONDS < deadline)); do
        said=$(timeout $((deadline - SECONDS)) croupier cluster drain --address auto "$name" 2>&1) && break
        echo "$name: $said" >&2
        [[ $said == *"under way"* ]] || break
        sleep 1
    done
done
