#!/usr/bin/env bash
# Stops the daemons whose pid files start.sh wrote for STATE (the same as there). KILL=1: SIGKILL for all, a crash of the store. WIPE=1: its content goes, too.
set -u
R=${CEPH_HOME:-$HOME/.cache/ceph-s3}/${SUITE:-forky}-root
HD=$R/${STATE:?which cluster?}
for n in rgw:radosgw osd:ceph-osd mon:ceph-mon; do
    file=$HD/run/${n%:*}.pid
    pid=$(cat "$file" 2>/dev/null) || continue
    # Only what is still the program that we started under this number.
    if [ -n "$pid" ] && [ "$(basename "$(readlink "/proc/$pid/exe" 2>/dev/null)")" = "${n#*:}" ]; then
        # The gateway keeps nothing, and takes 14 s to leave politely.
        if [ -n "${KILL:-}" ] || [ "${n%:*}" = rgw ]; then kill -9 "$pid"; else kill -TERM "$pid"; fi
        for _ in $(seq 100); do kill -0 "$pid" 2>/dev/null || break; sleep 0.1; done
        ! kill -0 "$pid" 2>/dev/null || kill -9 "$pid"
    fi
    rm -f "$file"
done
[ -z "${WIPE:-}" ] || rm -rf "$HD"
