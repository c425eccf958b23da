#!/bin/sh
# Is the agent of this host well? One line that says it, and an exit code for whoever asks (a container's HEALTHCHECK, a monitor, a person):
#
#   0  an agent runs, every directory can be read, and no database is further behind its replica than lag-limit (5 minutes)
#   1  otherwise; what is wrong is on standard error. A replica that is away makes it unhealthy, and no restart helps against that.
#
#   health-check.sh [-config FILE | -socket PATH | -state-dir DIR]      which agent, where several run
#
# It asks through the agent's socket: no port has to be open, and neither curl nor wget to be there. Over HTTP it is GET /api/health (200 or 503).
set -eu

# `info` fails when no agent answers; `status` by itself would look at the files instead.
socket=$(litestream info "$@" | sed -n 's/^ *socket //p')
[ -n "$socket" ] || { echo "unhealthy: no agent answers" >&2; exit 1; }
status=$(litestream status -json -socket "$socket") || { echo "unhealthy: the agent of $socket gives no status" >&2; exit 1; }

late=$(printf '%s\n' "$status" | sed -n 's/^.*"activeClients":[0-9]*,"unhealthyClients":\([0-9]*\),.*$/\1/p')
databases=$(printf '%s\n' "$status" | sed -n 's/^.*"totalClients":\([0-9]*\),.*$/\1/p')
case $status in
    *',"error":"'*) broken=yes ;; # of a directory: databases have lastError
    *) broken=no ;;
esac
if [ "$late" = 0 ] && [ "$broken" = no ]; then
    echo "healthy: $databases databases"
    exit 0
fi
echo "unhealthy: ${late:-an unknown number} of ${databases:-an unknown number} databases late or failing" >&2
litestream status -socket "$socket" >&2
exit 1
