#!/usr/bin/env bash
# Builds the whole solution in Release; says nothing unless something is wrong.
# Arguments go on to msbuild, which, unlike `dotnet build`, can be quiet.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
alone
build/setup.sh

dotnet msbuild Functional.sln -property:Configuration=Release -verbosity:quiet -nologo -terminalLogger:off "$@" ||
    fail "The build failed."
