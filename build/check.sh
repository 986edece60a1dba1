#!/usr/bin/env bash
# What a change must satisfy beside its tests: formatted sources, a build without warnings, nothing stray at the top level.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

stray=$(git ls-files --cached --others --exclude-standard | cut -d/ -f1 | sort -u |
    grep -vxE 'src|tests|samples|build|Functional\.sln|paket\.dependencies|paket\.lock|README\.md|\..*' || true)
[[ -z $stray ]] || fail "These do not belong at the top level: ${stray//$'\n'/, }."

build/build.sh
build/format.sh --check || fail "Some sources are not formatted: run build/run format."
