#!/usr/bin/env bash
# Installs the Debian packages named as arguments that this machine lacks.
# Asks for root's rights only when there is something to install.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

missing=()
for package in "$@"; do
    [[ $(dpkg-query -W -f '${Status}' "$package" 2>/dev/null) == *" installed" ]] || missing+=("$package")
done
[[ ${#missing[@]} -gt 0 ]] || exit 0

as_root=()
if [[ $EUID -ne 0 ]]; then
    command -v sudo >/dev/null || fail "These Debian packages are missing: ${missing[*]}. Install them as root."
    as_root=(sudo)
fi

echo "Installing ${missing[*]} ..."
logged apt-update "${as_root[@]}" apt-get update
logged apt-install "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install --yes --no-install-recommends "${missing[@]}"
