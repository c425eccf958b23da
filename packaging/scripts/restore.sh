#!/bin/sh
# Restores every database of a configuration that is missing here, to where it was. What is there stays as it is, and what has no backup yet is
# left to the application to create: so this may run before every start.
#
#   restore.sh [FLAG...] [DB]      e.g. restore.sh -timestamp 2026-11-20T12:00:00Z data/app.db
#
# LITESTREAM_CONFIG names the configuration (/etc/litestream.yml).
# Exit code: 0 everything that has a backup is there; 3 the same, around damage in the replica, which is reported (do look: litestream verify);
# anything else: do not start the application, it would begin an empty database.
set -eu

exec litestream restore -config "${LITESTREAM_CONFIG:-/etc/litestream.yml}" -if-db-not-exists -if-replica-exists "$@"
