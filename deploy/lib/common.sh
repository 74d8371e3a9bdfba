# SPDX-License-Identifier: Apache-2.0
# Shell functions that deploy/quickstart and the test scripts share. Sourced, with `top` set to the checkout.

die() {
  printf '%s: %s\n' "${0##*/}" "$*" >&2
  exit 1
}

# Packages of these groups of deploy/lib/packages that are not installed, one a line.
missing_packages() {
  local group name rest
  while read -r group name rest; do
    [[ " $* " == *" $group "* ]] || continue
    [[ $(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null) == installed ]] || echo "$name"
  done <"$top/deploy/lib/packages"
}

# Installs what is missing of these groups. The only thing that is changed outside the checkout.
need_packages() {
  local missing root=()
  mapfile -t missing < <(missing_packages "$@")
  ((${#missing[@]})) || return 0
  if ((EUID != 0)); then
    command -v sudo >/dev/null || die "these packages are missing and there is no sudo; as root: apt-get install ${missing[*]}"
    root=(sudo)
  fi
  echo "Installing packages 安装软件包: ${missing[*]}"
  "${root[@]}" bash -s -- "${missing[@]}" <<'AS_ROOT' || die "apt-get could not install: ${missing[*]}"
set -eu
# postgresql-15 makes and starts a cluster of its own on port 5432, unless version 15 has one. We want the programs only:
# for the time of the installation there is a cluster that must not be started.
placeholder=/etc/postgresql/15/placeholder
log=$(mktemp)
trap 'rm -rf "$placeholder" "$log"; rmdir /etc/postgresql/15 2>/dev/null || true' EXIT
if [[ " $* " == *" postgresql-15 "* && -z $(ls /etc/postgresql/15 2>/dev/null) ]]; then
  mkdir -p "$placeholder"
  echo "data_directory = '/nonexistent'" >"$placeholder/postgresql.conf"
  echo disabled >"$placeholder/start.conf"
fi
export DEBIAN_FRONTEND=noninteractive
{
  apt-get -qq -o DPkg::Lock::Timeout=300 update &&
    apt-get -qq -y -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 install --no-install-recommends "$@"
} </dev/null >"$log" 2>&1 || { tail -n 20 "$log" >&2; exit 1; }
AS_ROOT
}

# configure DIR [CMAKE OPTION...]: a build folder that was made for another place (a moved or copied checkout) is made anew.
configure() {
  local dir=$1
  shift
  if [[ -f $dir/CMakeCache.txt ]] && ! grep -qxF "CMAKE_HOME_DIRECTORY:INTERNAL=$top" "$dir/CMakeCache.txt"; then
    rm -rf "$dir"
  fi
  local words
  words=$(cmake -S "$top" -B "$dir" "$@" 2>&1) || { echo "$words" >&2; die "cmake failed"; }
}

# Who runs PostgreSQL, which refuses root, and the daemons: ourselves, or for root an ordinary user that exists already:
# the owner of what is there ($1, may be missing), who called sudo, whose checkout it is, or the PostgreSQL package's own.
service_user() {
  local name
  ((EUID)) && { id -un; return; }
  for name in "$(stat -c %U "$1" 2>/dev/null)" "${SUDO_USER-}" "$(stat -c %U "$top")" postgres; do
    [[ -n $name && $name != root && $name != UNKNOWN ]] && { echo "$name"; return; }
  done
}

# Runs a command as $user (see service_user), from a folder that user can stand in.
as_service() {
  if ((EUID)); then
    "$@"
  else
    (cd / && exec setpriv --reuid "$user" --regid "$(id -g "$user")" --init-groups env HOME=/ USER="$user" LOGNAME="$user" "$@")
  fi
}

# wait_for SECONDS COMMAND...: true as soon as the command is; false when the time is over.
wait_for() {
  local end=$((SECONDS + $1))
  shift
  until "$@"; do
    ((SECONDS < end)) || return 1
    sleep 0.1
  done
}
