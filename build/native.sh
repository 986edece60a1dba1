#!/usr/bin/env bash
# Builds src/Functional.Native over the chosen libtorch, each into a folder of its own, so that switching back is free.
# Called by setup.sh; ninja knows by itself what has changed.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

include=${LIBTORCH:-/usr}/include
version_file=$include/torch/csrc/api/include/torch/version.h
remedy="Install libtorch-dev, or set LIBTORCH to a folder with lib/ and include/ of libtorch 1.13 or later."

[[ -f $version_file ]] || fail "No libtorch in ${LIBTORCH:-/usr}. $remedy"
version=$(awk '/define TORCH_VERSION_(MAJOR|MINOR) / { printf "%s%s", separator, $3; separator = "." }' "$version_file")
printf '1.13\n%s\n' "$version" | sort --version-sort --check 2>/dev/null ||
    fail "The libtorch in ${LIBTORCH:-/usr} is version $version, which is too old. $remedy"

# Project.props names the folder by the same rule.
variant=system
[[ -z ${LIBTORCH:-} ]] || variant=${LIBTORCH#/} variant=${variant//\//-}
folder=src/Functional.Native/build/$variant

[[ -f $folder/build.ninja ]] ||
    logged native-configure cmake -S src/Functional.Native -B "$folder" -G Ninja -DLIBTORCH="${LIBTORCH:-}"
[[ -f $folder/libfunctional.so ]] || echo "Building the native library ..."
logged native-build cmake --build "$folder"
