#!/bin/sh
# Runs the unit test programs given, shows the output of those that fail, and
# ends with one line of totals. Exit status 1 when anything failed.
passed=0 failed=0 broken=0
for program in "$@"; do
    output=$("$program" 2>&1)
    status=$?
    ok=$(printf '%s\n' "$output" | sed -n 's/^\[  PASSED  \] \([0-9]*\) test(s)\.$/\1/p')
    bad=$(printf '%s\n' "$output" | sed -n 's/^\[  FAILED  \] \([0-9]*\) test(s), listed below:$/\1/p')
    passed=$((passed + ${ok:-0}))
    failed=$((failed + ${bad:-0}))
    if [ "$status" -ne 0 ] || [ -z "$ok" ]; then
        printf '%s\n--- %s ended with status %s\n' "$output" "$program" "$status"
        [ -n "$bad" ] || broken=$((broken + 1))
    fi
done
failed=$((failed + broken))
echo "unit: $passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
