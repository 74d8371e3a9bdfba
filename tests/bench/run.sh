# SPDX-License-Identifier: Apache-2.0
# Letters through the running daemons, from submission to CLOSED, and how long it takes. Sourced after tests/lib/system.sh.
checkpoint() { psql -qc checkpoint; }

all_listen() { (($(letterctl queues --json | jq -s 'map(select(.consumer)) | length') >= 21)); }
# bureaus: the reference bureaus, all of them listening.
bureaus() {
  daemon_start reference "$PA_BIN/bureauctl" reference --all -c "$PINGANTING_CONF"
  wait_for 60 all_listen || die "the bureaus do not listen"
}

# lives RUN LETTERS RATE: sends them (RATE 0: as fast as it goes) and waits for the last to be closed; load's JSON, of which
# "whole" is the time of it all.
lives() {
  checkpoint
  "$PA_BIN/load" "$PINGANTING_CONF" "$1" "$2" "$3"
}
# deliveries: what the reference bureaus measured since they began; they end.
deliveries() {
  daemon_stop reference
  sed -n 's/.*p50 \([0-9.]*\) ms, p99 \([0-9.]*\) ms$/{"p50": \1, "p99": \2}/p' "$sys/log/reference.log" | tail -n 1
}

# need_built PROGRAM: builds the checkout if PA_BIN, set or not, has no such program.
need_built() {
  export PA_BIN=${PA_BIN:-$top/build/bin}
  [[ -x $PA_BIN/$1 ]] && return
  source "$top/deploy/lib/common.sh"
  need_packages run test >&2
  configure "$top/build" -DBUILD_TESTING=ON
  cmake --build "$top/build" -j "$(nproc)" >&2
}
