#!/usr/bin/env bash
# Makes this machine ready: Debian packages, dotnet tools and packages, the native library. Does nothing the second time.
# Run by every other verb, so nobody needs to call it.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
alone

[[ $(dotnet --list-sdks 2>/dev/null) =~ (^|$'\n')10\. ]] ||
    fail "The .NET 10 SDK is missing: install it and put dotnet on the PATH."

packages=()
for tool in g++:g++ cmake:cmake ninja:ninja-build; do
    command -v "${tool%:*}" >/dev/null || packages+=("${tool#*:}")
done
[[ -n ${LIBTORCH:-} ]] || packages+=(libtorch-dev libopenblas0-openmp)
build/debian.sh "${packages[@]}"
build/restore.sh
build/native.sh
