#!/usr/bin/env bash
# Runs samples/NAME.fsx, or the C# sample whose folder is NAME in PascalCase, and hands it the remaining arguments.
# A sample with the line `// data: NAME` near its top is given what build/NAME.sh fetches, unless the arguments bring `--data DIR`.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

names() {
    local path
    for path in samples/*.fsx; do
        [[ ! -f $path ]] || basename "$path" .fsx
    done
    for path in samples/*/*.csproj; do
        basename "$path" .csproj | sed -E 's/([a-z0-9])([A-Z])/\1-\2/g' | tr '[:upper:]' '[:lower:]'
    done
}

list() {
    echo "The samples are:"
    names | sort | sed 's/^/  /'
}

name=${1:-}
[[ -n $name ]] || fail "Which sample? $(list)"
grep -qxF -- "$name" <(names) || fail "There is no sample '$name'. $(list)"
shift

if [[ -f samples/$name.fsx ]]; then
    source=samples/$name.fsx
    command=(dotnet fsi "$source")
else
    project=$(sed -E 's/(^|-)(.)/\U\2/g' <<<"$name")
    source=samples/$project/Program.cs
    command=(dotnet "samples/$project/bin/Release/net10.0/$project.dll")
fi

build/build.sh

data=()
wanted=$(head -n 10 "$source" | sed -n 's|^// data: \([a-z]*\).*|\1|p')
if [[ -n $wanted && " $* " != *" --data "* ]]; then
    data=(--data "$("build/$wanted.sh")")
fi

exec "${command[@]}" "$@" "${data[@]}"
