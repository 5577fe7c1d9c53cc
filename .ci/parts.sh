# SPDX-License-Identifier: Apache-2.0
# Sourced by .ci/run and .ci/nightly: runs parts and counts.

total_passed=0
total_failed=0
# part NAME COMMAND...: runs one part, whose last line is "N passed, M failed".
part() {
  local name=$1 log last failures started=$SECONDS
  shift
  log=$(mktemp)
  "$@" 2>&1 | tee "$log"
  last=$(tail -1 "$log")
  rm -f "$log"
  printf '== %s took %d minutes: %s\n\n' "$name" $(((SECONDS - started + 59) / 60)) "$last"
  total_passed=$((total_passed + $(sed -n 's/^\([0-9]*\) passed.*/\1/p' <<<"$last" || echo 0)))
  failures=$(sed -n 's/.* \([0-9]*\) failed.*/\1/p' <<<"$last")
  total_failed=$((total_failed + ${failures:-1}))
}

# finish: the last line, and the exit status.
finish() {
  echo "$total_passed passed, $total_failed failed"
  [ $total_failed -eq 0 ]
}
