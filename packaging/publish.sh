#!/bin/sh
# Publishes the programs of this repository: sh packaging/publish.sh agent
#
# agent  ->  out/litestream
#   native, compiled ahead of time, where clang and the packs for it are at hand: for the default framework, else for the
#   one before it (LITESTREAM_AOT_FRAMEWORKS names which are tried, in order);
#   else one self-contained file, trimmed and precompiled, which needs no toolchain.
#
# Every try builds in folders of its own below out/, so that it never disturbs an ordinary build going on at the same time.
# LITESTREAM_PUBLISH=native|single-file insists on one form.
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
cd "$root"
form=${LITESTREAM_PUBLISH:-}
# The program is as new as the sources were when the build began, not when it ended.
mkdir -p out && touch out/.publish-started
# The SDK's own identifier names the distribution (debian.12-x64) where a distribution built it; packs are held for linux-x64.
rid=$(dotnet --info | sed -n 's/^ *RID: *//p' | head -n 1)
case $(uname -s):$rid in
    Linux:linux-musl-*) ;;
    Linux:*-x64) rid=linux-x64 ;;
    Linux:*-arm64) rid=linux-arm64 ;;
esac

# $1 form, $2 framework; further arguments go to msbuild. False when it cannot; the log out/publish-<form>-<framework>.log says why.
try() {
    name=$1-$2
    framework=$2
    shift 2
    rm -rf "out/publish/$name"
    dotnet publish agent/Litestream.Agent/Litestream.Agent.csproj -c Release -r "$rid" -o "out/publish/$name" \
        -p:LitestreamTfm="$framework" -nologo -v quiet -nodeReuse:false "$@" >"out/publish-$name.log" 2>&1 || return 1
    # One file or nothing: a library left beside the program would be forgotten when it is copied to a host.
    beside=$(find "out/publish/$name" -type f ! -name litestream ! -name '*.dbg' ! -name '*.pdb' ! -name '*.json' ! -name '*.xml')
    [ -z "$beside" ] || { echo "error: the program does not stand alone, it needs $beside" >>"out/publish-$name.log"; return 1; }
}

place() { # $1 folder of the publish, $2 what it is
    mkdir -p out/symbols
    find "$1" -type f \( -name '*.dbg' -o -name '*.pdb' \) -exec mv -f {} out/symbols/ \;
    # A rename: somebody may be running the old program.
    mv -f "$1/litestream" out/litestream
    touch -r out/.publish-started out/litestream
    echo "out/litestream: $2, $(wc -c <out/litestream | awk '{ printf "%.1f MB", $1 / 1000000 }')"
}

agent() {
    if [ "$form" != single-file ]; then
        if command -v clang >/dev/null 2>&1; then
            for framework in ${LITESTREAM_AOT_FRAMEWORKS:-net10.0 net9.0}; do
                # The registry did not hold the pack the last time; `rm -r out` asks again.
                ! grep -qs 'NU110[12].*NativeAOT' "out/publish-native-$framework.log" || continue
                if try native "$framework" -p:PublishAot=true; then
                    place "out/publish/native-$framework" "native AOT, $framework, $rid"
                    return
                fi
                echo "no native program for $framework here: $(grep -m 1 -E 'error' "out/publish-native-$framework.log" | cut -c1-200)" >&2
            done
        else
            echo "no native program: clang is not installed" >&2
        fi
        [ "$form" != native ] || { echo "LITESTREAM_PUBLISH=native, and it cannot be made here; see out/publish-native-*.log" >&2; exit 1; }
    fi
    if try single-file net10.0 --self-contained -p:PublishSingleFile=true -p:PublishTrimmed=true -p:PublishReadyToRun=true \
        -p:IncludeNativeLibrariesForSelfExtract=true; then
        place out/publish/single-file-net10.0 "self-contained single file, net10.0, $rid"
        return
    fi
    cat out/publish-single-file-net10.0.log >&2
    exit 1
}

case ${1:-} in
    agent) agent ;;
    *) echo "usage: sh packaging/publish.sh agent" >&2; exit 2 ;;
esac
