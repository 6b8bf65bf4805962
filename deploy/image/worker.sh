#!/usr/bin/env bash
# Runs a worker of Ray as KubeRay wants it, and asks once for as many processes as the arguments say: the pod that was
# here before took its own out of the count when it was drained.
set -uo pipefail
ulimit -n "$(ulimit -H -n)"
RETRY_SECONDS=5
(
    until croupier cluster scale --address auto "$@" >/dev/null 2>&1; do
        sleep "$RETRY_SECONDS"
    done
) &
exec bash -c "exec $KUBERAY_GEN_RAY_START_CMD"
