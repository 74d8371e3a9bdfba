# SPDX-License-Identifier: Apache-2.0
# A private PostgreSQL 15 cluster that listens on a unix socket only. Sourced after common.sh, with `user` set.

pg_bin=/usr/lib/postgresql/15/bin
pg_roles=(pa_owner pa_intake pa_classifier pa_dispatcher pa_feedback pa_desk pa_admin)

# A unix socket's path has at most 107 bytes and its folder becomes part of blank-separated endpoints and of conninfo, so
# a long or unusual path gets a short private folder instead.
socket_dir_ok() {
  ((${#1} <= 60)) && [[ $1 =~ ^[A-Za-z0-9_./-]+$ ]]
}

# pg_init DIR [INITDB OPTION...]: makes the cluster if it is not there; half of one is never left under that name.
pg_init() {
  local dir=$1
  shift
  as_service test -f "$dir/PG_VERSION" && return
  as_service rm -rf "$dir.new"
  as_service "$pg_bin/initdb" -D "$dir.new" -k -E UTF8 --locale=C.UTF-8 --auth=reject "$@" >/dev/null || die "initdb failed"
  as_service mv "$dir.new" "$dir"
}

# pg_access DIR: on this socket the service user and whoever runs this script may be the superuser and every role of ours.
pg_access() {
  local dir=$1 os role
  echo 'local all all peer map=pinganting' | as_service tee "$dir/pg_hba.conf" >/dev/null
  for os in $(printf '%s\n' root "$user" | sort -u); do
    for role in "$user" "${pg_roles[@]}"; do
      printf 'pinganting "%s" "%s"\n' "$os" "$role"
    done
  done | as_service tee "$dir/pg_ident.conf" >/dev/null
}

# pg_options SOCKET_DIR: the server's options; all that matters for safety (fsync, synchronous_commit, autovacuum) is the default.
pg_options() {
  printf '%s\n' -c listen_addresses= -c "unix_socket_directories=$1" -c unix_socket_permissions=0700 -c logging_collector=off
}
