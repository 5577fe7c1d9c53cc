# SPDX-License-Identifier: Apache-2.0
# Sourced by cmd/run and test/run: what both need before they can do anything.
# Sets ROOT, the checkout's folder.

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

BUILD_PACKAGES="g++ cmake ninja-build pkg-config libboost1.81-dev libssl-dev rapidjson-dev libfmt-dev
  libyaml-cpp-dev libre2-dev zlib1g-dev libprotozero-dev catch2"

say() { printf '\033[1m== %s\033[0m\n' "$*"; }

# missing_packages NAME...: those of the names that are not installed.
missing_packages() {
  local name
  for name in "$@"; do
    dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null | grep -q '^installed$' || printf '%s ' "$name"
  done
}

# install_packages NAME...: installs what is missing, as root or through sudo; else prints the line
# to run and ends the script.
install_packages() {
  local missing sudo=
  missing=$(missing_packages "$@")
  [ -n "$missing" ] || return 0
  local line="apt-get install -y --no-install-recommends $missing"
  if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null || ! { sudo -n true 2>/dev/null || [ -t 0 ]; }; then
      printf 'Packages are missing. As root, run:\n\n  %s\n\n' "$line" >&2
      exit 1
    fi
    sudo=sudo
  fi
  say "installing $missing"
  $sudo apt-get update -qq
  DEBIAN_FRONTEND=noninteractive $sudo $line </dev/null >/dev/null
}

# build PRESET TARGET...: configures and builds.
build() {
  local preset=$1
  shift
  say "building $preset: $*"
  (cd "$ROOT" && cmake --preset "$preset" >/dev/null && cmake --build --preset "$preset" --target "$@")
}
