#!/usr/bin/env bash
# Builds everything and runs the tests. The last line is "N passed, N failed", counted in single tests.
#
# usage: test.sh [--asan | --tsan] [--full]
#   --asan   with the address and undefined-behaviour sanitizers (build/asan)
#   --tsan   the tests of the engine's API with the thread sanitizer (build/tsan)
#   --full   also the long tests: those that ctest labels "full", MOIR_FULL_TESTS=1 for the others, and first --tsan
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

preset=release
labels=(-LE full)
packages=test
for argument in "$@"; do
  case "$argument" in
    --asan) preset=asan ;;
    --tsan) preset=tsan ;;
    --full) labels=(); packages=full; export MOIR_FULL_TESTS=1 ;;
    -h|--help) sed -n 's/^# \{0,1\}//; 2,7p' "$0"; exit 0 ;;
    *) echo "test.sh: got $argument, expected --asan, --tsan or --full" >&2; exit 1 ;;
  esac
done

scripts/install_packages.sh "$packages"
passed=0 failed=0 skipped=0 programs_failed=0
if [ "$packages" = full ] && [ "$preset" = release ]; then
  summary=$(./test.sh --tsan | tee /dev/stderr | tail -n 1) || true
  if [[ "$summary" =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed$ ]]; then
    passed=${BASH_REMATCH[1]} failed=${BASH_REMATCH[2]}
  else
    failed=1
  fi
fi
build=$PWD/build/$preset
cmake --preset "$preset" -DMOIR_ENABLE_TESTS=ON
cmake --build --preset "$preset"

# Every test writes GoogleTest's report there (moir_test_environment); ctest tells which programs failed.
results=$build/test-results
rm -rf "$results"
mkdir -p "$results"
export UBSAN_OPTIONS="print_stacktrace=1${UBSAN_OPTIONS:+:$UBSAN_OPTIONS}"
status=0
ctest --test-dir "$build" --output-on-failure --no-tests=error --timeout 3000 -j "$(nproc)" "${labels[@]}" \
  --output-junit "$results/ctest.junit" </dev/null || status=$?

# attribute ELEMENT NAME FILE: of the first such element, which may stretch over lines.
attribute() { tr '\n\t' '  ' <"$3" | grep -o "<$1 [^>]*" | head -n 1 | sed "s/.* $2=\"\([0-9]*\)\".*/\1/"; }
for report in "$results"/*.xml; do
  [ -f "$report" ] || continue
  tests=$(attribute testsuites tests "$report")
  bad=$(attribute testsuites failures "$report")
  ignored=$(grep -c '<testcase .*result="skipped"' "$report" || true)
  passed=$((passed + tests - bad - ignored)) failed=$((failed + bad)) skipped=$((skipped + ignored))
  [ "$bad" -eq 0 ] || programs_failed=$((programs_failed + 1))
done
# A program that fails without a report of a failed test (a crash, a sanitizer's finding) counts as one failure.
ctest_failed=$(attribute testsuite failures "$results/ctest.junit" 2>/dev/null || true)
if [ "${ctest_failed:-0}" -gt "$programs_failed" ]; then failed=$((failed + ctest_failed - programs_failed)); fi
if [ "$status" -ne 0 ] && [ "$failed" -eq 0 ]; then failed=1; fi
[ "$skipped" -eq 0 ] || echo "$skipped skipped"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
