#!/usr/bin/env bash
# Builds the whole solution in Release; says nothing unless something is wrong.
# Arguments go on to msbuild, which, unlike `dotnet build`, can be quiet.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
alone
build/setup.sh

# The F# compiler reports each error twice.
dotnet msbuild Functional.sln -property:Configuration=Release -verbosity:quiet -nologo -terminalLogger:off "$@" |
    awk '!seen[$0]++' || fail "The build failed."
