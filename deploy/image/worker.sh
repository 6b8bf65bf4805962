#!/usr/bin/env bash
# Runs a worker of Ray as KubeRay wants it. The directory starts on it what is missing.
set -uo pipefail
ulimit -n "$(ulimit -H -n)"
exec bash -c "exec $KUBERAY_GEN_RAY_START_CMD"
