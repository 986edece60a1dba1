#!/usr/bin/env bash
# Runs the benchmarks side by side with PyTorch, which is Debian's and so has the same libtorch and BLAS.
# Arguments go on to the benchmarks.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

build/build.sh
build/debian.sh python3-torch
exec dotnet tests/Functional.Benchmarks/bin/Release/net10.0/Functional.Benchmarks.dll "$@"
