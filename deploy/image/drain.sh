#!/usr/bin/env bash
# Empties this pod before it stops: its hosts give their shards away, its gateway sends its clients to the others, and
# nothing is started here any more. What has no room elsewhere comes when another pod does.
# What cannot be drained in time dies with the pod, which costs a pause and no bet.
set -uo pipefail
deadline=$((SECONDS + ${DRAIN_SECONDS_MAX:-150}))
while ((SECONDS < deadline)); do
    said=$(timeout $((deadline - SECONDS)) croupier cluster drain --address auto "$POD_IP" 2>&1) && break
    echo "$POD_IP: $said" >&2
    # One work at a time is done on a cluster, and the directory may be just being replaced: wait for that.
    [[ $said == *"under way"* || $said == *"ask for it again"* || $said == *"does not answer"* ]] || break
    sleep 1
done
exit 0
