#!/usr/bin/env bash
# Proves the judge on patients invented for it: what is valid is clean, and of
# the mutants, each with a single fault named by its id, every one is caught.
# Arguments are further inputs to judge in the same run; their findings go to
# the file FINDINGS names.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
out=$(mktemp)
trap 'rm -f "$out"' EXIT
code=0
"$here/validate.sh" --closed "$here/testdata/valid.ndjson" "$here/testdata/mutants.ndjson" "$@" > "$out" || code=$?
[ "$code" -le 1 ] || exit "$code"
awk -F'\t' -v n="$(wc -l < "$here/testdata/mutants.ndjson")" '
  $2 == "error" && $1 ~ /testdata\/valid\.ndjson:/ { print "a valid resource was found at fault: " $0; bad = 1 }
  $2 == "error" && $1 ~ /testdata\/mutants\.ndjson:/ && !($1 in seen) { seen[$1]; caught++ }
  END { printf "%d of %d mutants caught\n", caught, n; exit bad || caught != n }' "$out" || {
  awk -F'\t' '$2 == "error" && $1 ~ /mutants\.ndjson:/ { sub(/.*:/, "", $1); print $1 }' "$out" | sort -un > "$out.seen"
  grep -o '"id":"[^"]*"' "$here/testdata/mutants.ndjson" | awk 'NR == FNR { seen[$1]; next } !(FNR in seen) { print "not caught: " $0 }' "$out.seen" -
  rm -f "$out.seen"
  exit 1
}
[ -z "${FINDINGS:-}" ] || grep -v 'conformance/testdata/' "$out" > "$FINDINGS" || true
