#!/usr/bin/env bash
# Builds, then runs the F# and the C# tests; the last line is the totals. `--filter X` keeps the tests whose name contains X.
# Further arguments go on to the F# tests.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

passed=0 failed=0

# count NAME EXIT_CODE "PASSED FAILED": adds a suite to the totals. One that ended badly without naming a failure counts as one
# failed; one of which the filter kept nothing ("0 0") does not.
count() {
    local name=$1 code=$2 totals=$3
    if [[ -z $totals || ($code -ne 0 && $totals == [1-9]*" 0") ]]; then
        echo "$name ended with exit code $code and no failure of its own; its output is in $state/logs/$name.log."
        totals="${totals% *} 1"
    fi
    local suite_passed=${totals% *} suite_failed=${totals#* }
    echo "$name: ${suite_passed:=0} passed, $suite_failed failed"
    passed=$((passed + suite_passed)) failed=$((failed + suite_failed))
}

fsharp_tests() {
    local name=Functional.Tests code=0
    local log=$state/logs/$name.log
    dotnet tests/$name/bin/Release/net10.0/$name.dll "$@" 2>&1 | tee "$log" || code=$?
    count $name $code "$(sed -nE 's/(.*[^0-9])?([0-9]+) passed.*[^0-9]([0-9]+) failed.*/\2 \3/p' "$log" | tail -n 1)"
}

csharp_tests() {
    local name=Functional.CSharp.Tests code=0 selection=()
    local log=$state/logs/$name.log
    [[ -z $filter ]] || selection=(--filter "FullyQualifiedName~$(sed 's/[()&|=!~\\]/\\&/g' <<<"$filter")")
    dotnet test tests/$name/bin/Release/net10.0/$name.dll --nologo "${selection[@]}" 2>&1 | tee "$log" || code=$?
    count $name $code "$(sed -nE 's/.*Failed: *([0-9]+), Passed: *([0-9]+),.*/\2 \1/p; s/^No test (is|matches).*/0 0/p' "$log" |
        tail -n 1)"
}

arguments=("$@")
filter=
while [[ $# -gt 0 ]]; do
    [[ $1 != --filter ]] || filter=${2:?--filter needs a part of a name}
    shift
done

if build/build.sh; then
    fsharp_tests "${arguments[@]}"
    csharp_tests
else
    failed=1
fi

echo "$passed passed, $failed failed"
[[ $failed -eq 0 && $passed -gt 0 ]] # a filter that keeps no test is a mistake
