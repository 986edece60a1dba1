#!/usr/bin/env bash
# Restores the dotnet tools and the packages, unless that was done with the same projects and the same lock file.
# Called by setup.sh.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

inputs() {
    find .config .paket build src tests samples paket.* -name bin -prune -o -name obj -prune -o -type f \
        \( -name '*.*proj' -o -name '*.props' -o -name '*.targets' -o -name 'paket.*' -o -name 'dotnet-tools.json' \) -print0
}

stamp=$state/restored
done_with="$root $(inputs | sort -z | xargs -0 grep -v '<Compile ' | sha256sum)"
package_folder=${NUGET_PACKAGES:-$HOME/.nuget/packages}
[[ -d $package_folder/fsharp.core && -f $stamp && $(<"$stamp") == "$done_with" ]] && exit 0

echo "Restoring packages ..."
logged tools dotnet tool restore
logged paket dotnet paket restore
logged restore dotnet restore Functional.sln
echo "$done_with" >"$stamp"
