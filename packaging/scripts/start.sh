#!/bin/sh
# Runs an application whose databases are replicated: what is missing is restored, then the application runs as long as it likes, then everything
# it committed is in the replica, and its exit code is this one's. Signals reach it. Without a command the databases are only replicated.
#
#   start.sh [COMMAND [ARGUMENT...]]      e.g. start.sh ./app serve -port 8080
#
# LITESTREAM_CONFIG names the configuration (/etc/litestream.yml). The words reach the application as they are; no shell reads them again.
set -eu

config=${LITESTREAM_CONFIG:-/etc/litestream.yml}
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)

# Databases of a whole directory, too; `replicate -exec` by itself restores only those that are named by their path.
# Beside this shell, so that a stop ends it: a shell hears nothing while it waits for a command, and as a container's first process it would outlast the stop.
stopped=
"$here/restore.sh" >&2 &
restore=$!
trap 'stopped=yes; kill "$restore" 2>/dev/null' TERM INT HUP
code=0
wait "$restore" || code=$?
if [ -n "$stopped" ]; then
    # What is restored so far is kept: the next start goes on from there.
    wait "$restore" || :
    echo "start.sh: stopped during the restore; nothing was started" >&2
    exit 143
fi
trap - TERM INT HUP
case $code in
    0) ;;
    3) echo "start.sh: restored around damage in the replica; going on" >&2 ;;
    *) echo "start.sh: not everything could be restored; nothing was started" >&2; exit "$code" ;;
esac

if [ $# -eq 0 ]; then
    exec litestream replicate -config "$config"
fi

# One line for -exec, which splits it into the same words again: each in single quotes, a single quote in it as '\''.
line=
for word in "$@"; do
    # The x keeps line breaks at the end, which $(…) would drop.
    quoted=$(printf '%sx' "$word" | sed "s/'/'\\\\''/g")
    line="$line '${quoted%x}'"
done
exec litestream replicate -config "$config" -exec "$line"
