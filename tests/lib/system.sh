# SPDX-License-Identifier: Apache-2.0
# The whole system against the cluster of with-postgres, for tests in shell. Sourced; PA_BIN names the folder of the programs.
#
# Daemons run under deploy/lib/supervise, as quickstart runs them, so one that is killed comes back. Nothing here sleeps for
# luck: wait_for (common.sh) waits for a condition, with a deadline.
set -euo pipefail
export LC_ALL=C.UTF-8
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
source "$top/deploy/lib/common.sh"
: "${PA_TEST_DIR:?run this under tests/lib/with-postgres}" "${PA_BIN:?the folder of the programs}"
PATH=$PA_BIN:$PATH
sys=$PA_TEST_DIR/system
daemons=(intaked classifierd dispatcherd feedbackd)
export PINGANTING_CONF=$sys/pinganting.cfg

# system_prepare: configuration, schema and policy; nothing runs yet.
system_prepare() {
  mkdir -m 700 "$sys" "$sys/run" "$sys/log" "$sys/lock"
  (umask 077 && head -c 32 /dev/urandom >"$sys/code.key")
  cat >"$PINGANTING_CONF" <<CONFIG
run
    dir = "$sys/run"
database
    conninfo = "host=$PGHOST dbname=$PGDATABASE"
intake
    code_key = "$sys/code.key"
CONFIG
  letterctl migrate "$top/deploy/migrations" >"$sys/log/migrate.log"
  letterctl policy load "$top/deploy/policy" >"$sys/log/policy.log"
  trap system_stop EXIT
}

# daemon_start NAME [COMMAND...]: under a supervisor; without a COMMAND the daemon of that name.
daemon_start() {
  local name=$1
  shift
  (($#)) || set -- "$PA_BIN/$name" -c "$PINGANTING_CONF"
  setsid -f bash "$top/deploy/lib/supervise" "$sys/lock/$name" TERM "$@" </dev/null >>"$sys/log/$name.log" 2>&1
  wait_for 10 test -s "$sys/lock/$name"
}

# daemon_pid NAME: the program under the supervisor; nothing while it is being started again.
daemon_pid() { pgrep -P "$(<"$sys/lock/$1")" || true; }

# daemon_kill NAME: kill -9. False when it was not there to be killed.
daemon_kill() {
  local pid
  pid=$(daemon_pid "$1")
  [[ -n $pid ]] && kill -KILL $pid 2>/dev/null
}

# daemon_stop NAME: TERM, until it and its supervisor are gone.
daemon_stop() {
  [[ -s $sys/lock/$1 ]] || return 0
  kill -TERM "$(<"$sys/lock/$1")" 2>/dev/null || true
  wait_for 30 flock -n "$sys/lock/$1" true || die "$1 does not stop: $(tail -n 3 "$sys/log/$1.log")"
  rm -f "$sys/lock/$1"
}

# ask NAME REQUEST: the status socket's answer.
ask() { socat -t 5 - "UNIX-CONNECT:$sys/run/$1.status" <<<"$2"; }

system_ready() { letterctl status >/dev/null 2>&1; }

# system_start: all four daemons, until every one is ready.
system_start() {
  local name
  for name in "${daemons[@]}"; do daemon_start "$name"; done
  wait_for 30 system_ready || { tail -n 5 "$sys"/log/*.log >&2; die "the daemons are not ready"; }
}

system_stop() {
  local lock
  for lock in "$sys"/lock/*; do
    [[ ! -e $lock ]] || daemon_stop "${lock##*/}"
  done
}

# count_letters STATE...: letters in one of these states.
count_letters() {
  local state n=0
  for state; do n=$((n + $(letterctl list --json --limit 1000000 --state "$state" | wc -l))); done
  echo "$n"
}

# wait_letters SECONDS N STATE...: until N letters are in one of these states.
wait_letters() {
  local seconds=$1 n=$2
  shift 2
  enough() { (($(count_letters "$@") >= n)); }
  wait_for "$seconds" enough "$@"
}
