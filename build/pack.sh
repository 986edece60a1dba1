#!/usr/bin/env bash
# Makes the NuGet packages of the three libraries in artifacts/packages; their version is in Project.props.
# The native library travels in Functional.Tensors; libtorch itself does not.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
alone
build/build.sh

packages=artifacts/packages
rm -rf "$packages"
logged pack dotnet pack Functional.sln --configuration Release --no-build --output "$packages"
ls "$packages"/*.nupkg
