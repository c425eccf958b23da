#!/bin/sh
# Publishes the programs of this repository: sh packaging/publish.sh agent|cloud
#
# agent  ->  out/litestream
# cloud  ->  out/cloud/bootstrap, as AWS Lambda wants it called; it runs anywhere else, too
#   native, compiled ahead of time, where clang and the packs for it are at hand: for the default framework, else for the
#   one before it (LITESTREAM_AOT_FRAMEWORKS names which are tried, in order);
#   else one self-contained file, trimmed and precompiled, which needs no toolchain.
#
# Every try builds in folders of its own below out/, so that it never disturbs an ordinary build going on at the same time.
# LITESTREAM_PUBLISH=native|single-file insists on one form. Further arguments go to msbuild (-p:AwsLambdaHosting=true).
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
cd "$root"
form=${LITESTREAM_PUBLISH:-}

case ${1:-} in
    agent) project=agent/Litestream.Agent/Litestream.Agent.csproj program=litestream target=out/litestream ;;
    cloud) project=cloud/Litestream.Cloud/Litestream.Cloud.csproj program=litestream-cloud target=out/cloud/bootstrap ;;
    *) echo "usage: sh packaging/publish.sh agent|cloud" >&2; exit 2 ;;
esac
what=$1
shift

# The program is as new as the sources were when the build began, not when it ended.
mkdir -p "$(dirname "$target")" && touch "out/.publish-$what-started"
# The SDK's own identifier names the distribution (debian.12-x64) where a distribution built it; packs are held for linux-x64.
rid=$(dotnet --info | sed -n 's/^ *RID: *//p' | head -n 1)
case $(uname -s):$rid in
    Linux:linux-musl-*) ;;
    Linux:*-x64) rid=linux-x64 ;;
    Linux:*-arm64) rid=linux-arm64 ;;
esac

# $1 form, $2 framework; further arguments go to msbuild. False when it cannot; the log out/publish-<what>-<form>-<framework>.log says why.
try() {
    name=$what-$1-$2
    framework=$2
    shift 2
    rm -rf "out/publish/$name"
    dotnet publish "$project" -c Release -r "$rid" -o "out/publish/$name" \
        -p:LitestreamTfm="$framework" -nologo -v quiet -nodeReuse:false "$@" >"out/publish-$name.log" 2>&1 || return 1
    # One file or nothing: a library left beside the program would be forgotten when it is copied to a host.
    beside=$(find "out/publish/$name" -type f ! -name "$program" ! -name '*.dbg' ! -name '*.pdb' ! -name '*.json' ! -name '*.xml')
    [ -z "$beside" ] || { echo "error: the program does not stand alone, it needs $beside" >>"out/publish-$name.log"; return 1; }
}

place() { # $1 form and framework, $2 what it is
    mkdir -p out/symbols
    find "out/publish/$what-$1" -type f \( -name '*.dbg' -o -name '*.pdb' \) -exec mv -f {} out/symbols/ \;
    # A rename: somebody may be running the old program.
    mv -f "out/publish/$what-$1/$program" "$target"
    touch -r "out/.publish-$what-started" "$target"
    echo "$target: $2, $(wc -c <"$target" | awk '{ printf "%.1f MB", $1 / 1000000 }')"
}

if [ "$form" != single-file ]; then
    if command -v clang >/dev/null 2>&1; then
        for framework in ${LITESTREAM_AOT_FRAMEWORKS:-net10.0 net9.0}; do
            # The registry did not hold the pack the last time; `rm -r out` asks again.
            ! grep -qs 'NU110[12].*NativeAOT' out/publish-*-native-"$framework".log || continue
            if try native "$framework" -p:PublishAot=true "$@"; then
                place "native-$framework" "native AOT, $framework, $rid"
                exit 0
            fi
            echo "no native program for $framework here: $(grep -m 1 -E 'error' "out/publish-$what-native-$framework.log" | cut -c1-200)" >&2
        done
    else
        echo "no native program: clang is not installed" >&2
    fi
    [ "$form" != native ] || { echo "LITESTREAM_PUBLISH=native, and it cannot be made here; see out/publish-$what-native-*.log" >&2; exit 1; }
fi
if try single-file net10.0 --self-contained -p:PublishSingleFile=true -p:PublishTrimmed=true -p:PublishReadyToRun=true \
    -p:IncludeNativeLibrariesForSelfExtract=true "$@"; then
    place single-file-net10.0 "self-contained single file, net10.0, $rid"
    exit 0
fi
cat "out/publish-$what-single-file-net10.0.log" >&2
exit 1
