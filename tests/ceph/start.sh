#!/usr/bin/env bash
# Starts a Ceph of one node (mon, osd, radosgw) on loopback: http on PORT, TLS on PORT+3; PORT+1 and +2 are its own. A stopped one goes on where it was.
# STATE names its folder (below the unpacked root), STORE=memstore (default, empty after each stop) or bluestore (keeps all, also over kill -9).
# AK, SK: credentials of the user it has. Needs root (unshare, chroot) and what install.sh unpacked.
set -euo pipefail
S=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd); H=${CEPH_HOME:-$HOME/.cache/ceph-s3}
STORE=${STORE:-memstore}; PORT=${PORT:?which port?}; D=/${STATE:?which folder?}
ROOT=$H/${SUITE:-forky}-root; HD=$ROOT$D
MON1=$((PORT+1)) MON2=$((PORT+2)) TLS=$((PORT+3))
in_root() { # run a Ceph program
  unshare -m --propagation private sh -c 'R=$1; shift; mount --rbind /proc $R/proc && mount --rbind /dev $R/dev && exec chroot $R "$@"' sh "$ROOT" env LC_ALL=C.UTF-8 PATH=/usr/sbin:/usr/bin:/sbin:/bin "$@"; }
spawn() { # name, command...: own session, pid file holds the daemon itself (every wrapper execs)
  local n=$1; shift
  ( set -m; cd /; export -f in_root; export ROOT
    setsid unshare -m --propagation private sh -c 'echo $$ > "$0"; R=$1; shift; mount --rbind /proc $R/proc && mount --rbind /dev $R/dev && exec chroot $R "$@"' "$HD/run/$n.pid" "$ROOT" env LC_ALL=C.UTF-8 PATH=/usr/sbin:/usr/bin:/sbin:/bin "$@" </dev/null >>"$HD/log/$n.out" 2>&1 & )
}
alive() { local p; p=$(cat "$HD/run/$1.pid" 2>/dev/null) && [ -n "$p" ] && kill -0 "$p" 2>/dev/null && [ "$(basename "$(readlink "/proc/$p/exe" 2>/dev/null)")" = "$2" ]; }
C() { in_root ceph -c "$D/ceph.conf" --connect-timeout 20 "$@"; }
# memstore's contents do not outlive its OSD, so a stopped memstore cluster always starts empty; bluestore keeps everything, also over kill -9
if [ $STORE = memstore ] && ! alive osd ceph-osd; then FRESH=1; fi
[ -z "${FRESH:-}" ] || { "$S/stop.sh" >/dev/null 2>&1 || true; rm -rf "$HD"; }
mkdir -p "$ROOT/proc" "$ROOT/dev" "$ROOT/tmp" "$ROOT/run"
for q in $PORT $TLS $MON1 $MON2; do if ! alive rgw radosgw && ! alive mon ceph-mon && (exec 3<>/dev/tcp/127.0.0.1/$q) 2>/dev/null; then echo "port $q is taken by something else" >&2; exit 1; fi; done
mkdir -p "$HD"/{run,log,mon,osd,rgw}
if [ ! -f "$HD/ceph.conf" ]; then
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 -subj /CN=localhost -addext 'subjectAltName=DNS:localhost,IP:127.0.0.1' -keyout "$HD/tls.key" -out "$HD/tls.crt" 2>/dev/null
  FSID=$(cat /proc/sys/kernel/random/uuid)
  cat > "$HD/ceph.conf" <<C
[global]
fsid = $FSID
mon_host = [v2:127.0.0.1:$MON1,v1:127.0.0.1:$MON2]
public_addr = 127.0.0.1
cluster_addr = 127.0.0.1
ms_bind_ipv6 = false
auth_cluster_required = none
auth_service_required = none
auth_client_required = none
auth_allow_insecure_global_id_reclaim = true
ms_mon_client_mode = crc secure
paxos_propose_interval = 0.1
paxos_min_wait = 0.01
osd_pg_stat_report_interval_max = 5
run_dir = $D/run
admin_socket = $D/run/\$name.\$pid.asok
crash_dir = $D/log
log_file = $D/log/\$name.log
log_to_stderr = false
log_max_recent = 500
mon_cluster_log_file = $D/log/cluster.log
mon_data_avail_crit = 1
mon_data_avail_warn = 1
mon_allow_pool_size_one = true
mon_allow_pool_delete = true
mon_max_pg_per_osd = 1000
osd_pool_default_size = 1
osd_pool_default_min_size = 1
osd_pool_default_pg_num = 8
osd_pool_default_pgp_num = 8
osd_pool_default_pg_autoscale_mode = off
osd_crush_chooseleaf_type = 0
[mon]
mon_data = $D/mon/\$id
[osd]
osd_data = $D/osd/\$id
osd_objectstore = $STORE
osd_memory_target = 1073741824
osd_scrub_begin_hour = 3
osd_scrub_end_hour = 4
osd_class_load_list = *
osd_class_default_list = *
osd_op_num_shards = 2
osd_client_watch_timeout = 6
memstore_device_bytes = 4294967296
bluestore_block_size = 21474836480
bluestore_block_create = true
bdev_enable_discard = false
[client.rgw.main]
objecter_tick_interval = 1
rgw_data = $D/rgw
rgw_frontends = beast endpoint=127.0.0.1:$PORT ssl_endpoint=127.0.0.1:$TLS ssl_certificate=$D/tls.crt ssl_private_key=$D/tls.key tcp_nodelay=1
ms_mon_client_mode = crc secure
rgw_thread_pool_size = 64
rgw_enable_usage_log = false
rgw_dynamic_resharding = false
rgw_crypt_require_ssl = false
rgw_crypt_s3_kms_backend = testing
rgw_crypt_s3_kms_encryption_keys = testkey-1=YmluCmJvb3N0CmJvb3N0LWJ1aWxkCmNlcGguY29uZgo=
rgw_lc_debug_interval = ${LC_DAY_SECONDS:-10}
rgw_gc_obj_min_wait = 60
rgw_gc_processor_period = 60
C
  in_root monmaptool --create --clobber --fsid "$FSID" --addv a "[v2:127.0.0.1:$MON1,v1:127.0.0.1:$MON2]" "$D/monmap" >/dev/null
  in_root ceph-mon -c "$D/ceph.conf" --mkfs -i a --monmap "$D/monmap" >>"$HD/log/mkfs.log" 2>&1
fi
alive mon ceph-mon || spawn mon ceph-mon -c "$D/ceph.conf" -i a -f
if ! alive osd ceph-osd; then
  if [ ! -f "$HD/osd/0/ready" ]; then
    C config set mon mon_warn_on_pool_no_redundancy false >/dev/null 2>&1 || true
    OU=$(cat /proc/sys/kernel/random/uuid); mkdir -p "$HD/osd/0"
    C osd new "$OU" 0 >/dev/null
    in_root ceph-osd -c "$D/ceph.conf" -i 0 --mkfs --osd-uuid "$OU" >>"$HD/log/mkfs.log" 2>&1
    touch "$HD/osd/0/ready"
  fi
  spawn osd ceph-osd -c "$D/ceph.conf" -i 0 -f
fi
for i in $(seq 100); do C osd stat 2>/dev/null | grep -q '1 up' && break; sleep 0.2; done
alive rgw radosgw || spawn rgw radosgw -c "$D/ceph.conf" -n client.rgw.main -f
ok=; for i in $(seq 300); do curl -fs -m 2 -o /dev/null "http://127.0.0.1:$PORT/" && { ok=1; break; }; [ $i -lt 20 ] || alive rgw radosgw || break; sleep 0.2; done
[ -n "$ok" ] || { echo "radosgw did not come up; see $HD/log" >&2; tail -n 5 "$HD/log/rgw.out" >&2; tail -n 5 "$HD/log/client.rgw.main.log" >&2; exit 1; }
if [ ! -f "$HD/users" ]; then
  A() { in_root radosgw-admin -c "$D/ceph.conf" -n client.rgw.main "$@"; }
  A user create --uid=tests --display-name=tests --access-key="$AK"  --secret-key="$SK"  >/dev/null 2>>"$HD/log/admin.log"
  A user create --uid=other --display-name=other --access-key="${AK}X" --secret-key="$SK" >/dev/null 2>>"$HD/log/admin.log"
  touch "$HD/users"
fi
