#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The README's first command, as far as it ends by itself: every answer of the walk-through is right.
set -uo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)

if [ "${CATENA_BUILD:-$root/build/release}" != "$root/build/release" ]; then
  echo 'cmd/run shows the release build'
  exit 77
fi
output=$("$root/cmd/run" --once 2>&1) || { printf '%s\n' "$output"; exit 1; }
grep -q 'All answers are right' <<<"$output" || { printf '%s\n' "$output"; exit 1; }
