# SPDX-License-Identifier: Apache-2.0
# Letters through the running daemons, from submission to CLOSED, and how long it takes. Sourced after tests/lib/system.sh.
checkpoint() { psql -qc checkpoint; }

all_listen() { (($(letterctl queues --json | jq -s 'map(select(.consumer)) | length') >= 21)); }
# bureaus: the reference bureaus, all of them listening.
bureaus() {
  daemon_start reference "$PA_BIN/bureauctl" reference --all -c "$PINGANTING_CONF"
  wait_for 60 all_listen || die "the bureaus do not listen"
}

# A letter's life is three events of its bureau; the counter is read every 20 ms.
applied() { ask feedbackd metrics | awk '/^pinganting_events_applied_total/ { print $2 }'; }
# lives RUN LETTERS RATE: sends them (RATE 0: as fast as it goes) and waits for the last to be closed; load's JSON with the
# whole time added.
lives() {
  local start end out before
  checkpoint
  before=$(applied)
  start=$(date +%s%N)
  out=$("$PA_BIN/load" "$PINGANTING_CONF" "$1" "$2" "$3")
  until (($(applied) >= before + 3 * $2)); do
    (($(date +%s%N) - start < 600 * 1000000000)) || die "$((($(applied) - before) / 3)) of $2 letters are closed"
    sleep 0.02
  done
  end=$(date +%s%N)
  jq -c ".whole = $(((end - start) / 1000)) / 1000000" <<<"$out"
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
