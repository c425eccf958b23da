#!/bin/sh
# How many lines of each room of the engine the tests run. Fails when a room that can lose data is not above the limit.
# Usage: sh tests/coverage.sh FOLDER [PERCENT], after: dotnet test --collect "XPlat Code Coverage" --results-directory FOLDER
set -eu
folder=$1
limit=${2:-90}
reports=$(find "$folder" -name coverage.cobertura.xml)
[ -n "$reports" ] || { echo "no coverage.cobertura.xml below $folder: run the tests with --collect first" >&2; exit 1; }
# shellcheck disable=SC2086
awk -v limit="$limit" '
    function value(name,   at, rest) {
        at = index($0, " " name "=\"")
        rest = substr($0, at + length(name) + 3)
        return at ? substr(rest, 1, index(rest, "\"") - 1) : ""
    }
    /<package / { isCore = value("name") == "Litestream.Core" }
    /<class / {
        file = value("filename")
        count = split(file, parts, "/")
        room = isCore && count > 1 ? parts[count - 1] : ""
        name = room "/" parts[count]
        if (file ~ /(^|\/)obj\//)
            room = ""
    }
    /<line / && room != "" {
        line = name ":" value("number")
        if (!(line in hits)) { hits[line] = 0; roomOf[line] = room; fileOf[line] = name }
        if (value("hits") + 0 > hits[line]) hits[line] = value("hits") + 0
    }
    END {
        for (line in hits) {
            all[roomOf[line]]++; allOf[fileOf[line]]++
            if (hits[line] > 0) { run[roomOf[line]]++; runOf[fileOf[line]]++ }
        }
        for (room in all)
            printf "%-14s %6.1f %%  (%d of %d lines)\n", room "/", 100 * run[room] / all[room], run[room], all[room] | "sort"
        close("sort")
        required = split("Sqlite Ltx Replication", rooms, " ")
        for (i = 1; i <= required; i++) {
            room = rooms[i]
            if (!(room in all)) { printf "%s/: no line was measured\n", room; failed = 1 }
            else if (100 * run[room] / all[room] <= limit) { printf "%s/ must be above %d %%; its least covered files:\n", room, limit; failed = 1; worst[room] = 1 }
        }
        for (file in allOf)
            if (substr(file, 1, index(file, "/") - 1) in worst && runOf[file] < allOf[file])
                printf "  %6.1f %%  %s, %d lines not run\n", 100 * runOf[file] / allOf[file], file, allOf[file] - runOf[file] | "sort -n"
        close("sort -n")
        exit failed
    }' $reports
