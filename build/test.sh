#!/usr/bin/env bash
# Builds, then runs the F# and the C# tests; the last line is the totals. `--filter X` keeps the tests whose name contains X.
# Further arguments go on to the F# tests.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

passed=0 failed=0

# count NAME EXIT_CODE PASSED FAILED: adds a suite to the totals; one that ended badly without naming a failure counts as one.
count() {
    local name=$1 code=$2 suite_passed=${3:-0} suite_failed=${4:-0}
    if [[ -z ${3:-} || $code -ne 0 && $suite_failed -eq 0 ]]; then
        echo "$name ended with exit code $code and without its totals; its output is in $state/logs/$name.log."
        suite_failed=1
    fi
    echo "$name: $suite_passed passed, $suite_failed failed"
    passed=$((passed + suite_passed)) failed=$((failed + suite_failed))
}

# last PATTERN LOG: the last match in a suite's output, nothing if there is none.
last() {
    grep -oP "$1" "$2" | tail -n 1
}

fsharp_tests() {
    local name=Functional.Tests code=0
    local log=$state/logs/$name.log
    dotnet tests/$name/bin/Release/net10.0/$name.dll "$@" 2>&1 | tee "$log" || code=$?
    count $name $code "$(last '\d+(?= passed.* failed)' "$log")" "$(last ' passed.*?\K\d+(?= failed)' "$log")"
}

csharp_tests() {
    local name=Functional.CSharp.Tests code=0 selection=()
    local log=$state/logs/$name.log
    [[ -z $filter ]] || selection=(--filter "FullyQualifiedName~$(sed 's/[()&|=!~\\]/\\&/g' <<<"$filter")")
    dotnet test tests/$name/bin/Release/net10.0/$name.dll --nologo "${selection[@]}" 2>&1 | tee "$log" || code=$?
    if grep -qE '^No test (is available|matches)' "$log"; then
        echo "$name: 0 passed, 0 failed"
    else
        count $name $code "$(last 'Passed:\s*\K\d+' "$log")" "$(last 'Failed:\s*\K\d+' "$log")"
    fi
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
[[ $failed -eq 0 && $passed -gt 0 ]]  # a filter that keeps no test is a mistake
