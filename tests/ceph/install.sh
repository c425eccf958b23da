#!/usr/bin/env bash
# Unpacks Ceph (a real object store) for the tests into $CEPH_HOME (default ~/.cache/ceph-s3): packages of the suite $SUITE by dpkg -x, no
# maintainer scripts, the system is not touched. Needs root, apt-get and a Debian mirror that it already uses. About 20 s and 750 MB, once.
set -euo pipefail
SUITE=${SUITE:-forky}
H=${CEPH_HOME:-$HOME/.cache/ceph-s3}
mkdir -p "$H"
exec 9>"$H/install.lock"
flock 9
R=$H/$SUITE-root
[ ! -x "$R/usr/bin/radosgw" ] || exit 0
d=$H/apt-$SUITE
mkdir -p "$d"/{etc/apt.conf.d,etc/preferences.d,etc/sources.list.d,state/lists/partial,cache/archives/partial}
cat > "$d/apt.conf" <<END
Dir "/";
Dir::Etc "$d/etc";
Dir::Etc::trusted "/etc/apt/trusted.gpg";
Dir::Etc::trustedparts "/etc/apt/trusted.gpg.d";
Dir::State "$d/state";
Dir::State::status "$d/state/status";
Dir::Cache "$d/cache";
APT::Architecture "amd64";
APT::Sandbox::User "root";
APT::Install-Recommends "0";
END
: > "$d/state/status"
mirror=$(apt-get indextargets --format "\$(REPO_URI)" | grep -m1 "/debian/\?$")
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $SUITE main" > "$d/etc/sources.list"
export APT_CONFIG=$d/apt.conf
# A frozen mirror of testing: the signature of the Release file is checked, its age is not.
apt-get -o Acquire::Check-Valid-Until=false update -qq
apt-get install -qq -y --download-only radosgw ceph-mon ceph-osd ceph-base ceph-common base-files coreutils dash libc-bin >/dev/null
rm -rf "$R.new"
mkdir -p "$R.new"
dpkg -x "$d"/cache/archives/base-files_*.deb "$R.new"
for package in "$d"/cache/archives/*.deb; do dpkg -x "$package" "$R.new"; done
mkdir -p "$R.new"/{proc,dev,tmp,run,etc}
cp /etc/hosts /etc/passwd /etc/group "$R.new/etc/"
ln -sf dash "$R.new/usr/bin/sh"
chroot "$R.new" /sbin/ldconfig 2>/dev/null || true
rm -rf "$R"
mv "$R.new" "$R"
rm -rf "$d/cache/archives"
chroot "$R" /usr/bin/radosgw --version
