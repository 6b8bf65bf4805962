#!/usr/bin/env bash
# Runs the head of Ray, and beside it the supervisor of the cluster with the arguments given.
#
# The supervisor is started again until the cluster was stopped in order (croupier cluster down). When this is told to
# stop, the supervisor is not: it would stop the cluster, which plays on without a head.
set -uo pipefail
ulimit -n "$(ulimit -H -n)"
RETRY_SECONDS=5
supervisor=
leave() {
    trap - TERM INT
    [ -z "$supervisor" ] || kill -KILL "$supervisor" 2>/dev/null
    kill -TERM "$ray" 2>/dev/null
    wait "$ray" ${supervisor:+"$supervisor"} 2>/dev/null
    exit "$1"
}
trap 'leave 0' TERM INT

bash -c "exec $KUBERAY_GEN_RAY_START_CMD" &
ray=$!
until ray health-check --address 127.0.0.1:6379 >/dev/null 2>&1; do
    kill -0 "$ray" 2>/dev/null || { echo "the head of Ray ended before it was ready" >&2; exit 1; }
    sleep 1
done
while true; do
    croupier cluster up --foreground --address auto "$@" &
    supervisor=$!
    wait -n "$supervisor" "$ray"
    code=$?
    kill -0 "$ray" 2>/dev/null || { echo "the head of Ray ended; so does this" >&2; leave 1; }
    if [ "$code" = 0 ]; then
        supervisor=
        echo "the cluster was stopped; Ray goes on" >&2
        wait "$ray"
        leave 1
    fi
    echo "the supervisor ended with code $code; again in $RETRY_SECONDS s" >&2
    sleep "$RETRY_SECONDS" & wait -n $! "$ray"
done
