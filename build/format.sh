#!/usr/bin/env bash
# Formats the F# and C# sources by .editorconfig.
# `--check` changes nothing and fails where something would have changed.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
build/setup.sh

fsharp=() csharp=()
if [[ ${1:-} == --check ]]; then
    fsharp=(--check) csharp=(--verify-no-changes)
fi

dotnet fantomas "${fsharp[@]}" src tests samples
dotnet format whitespace . --folder "${csharp[@]}"
