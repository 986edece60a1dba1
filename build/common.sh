# What every script of the build shares: where things lie, how failures are told, and how builds keep out of each other's way.
# Sourced first by each of them, never run.
set -euo pipefail

# The same spelling of the folder for cmake, MSBuild and the name of the variant, wherever we are called from.
if [[ -n ${LIBTORCH:-} ]]; then
    LIBTORCH=$(realpath -m "$LIBTORCH")
    export LIBTORCH
fi

cd "$(dirname "${BASH_SOURCE[0]}")/.."
root=$PWD
state=$root/.build
mkdir -p "$state/logs"

# Build servers would outlive the build and hold on to its memory.
export DOTNET_CLI_USE_MSBUILD_SERVER=0 MSBUILDDISABLENODEREUSE=1 UseSharedCompilation=false
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1

fail() {
    echo "$*" >&2
    exit 1
}

# logged NAME COMMAND...: runs the command silently; if it fails, shows the end of its log and says where the rest is.
logged() {
    local name=$1 log=$state/logs/$1.log
    shift
    "$@" >"$log" 2>&1 || {
        tail -n 20 "$log" >&2
        fail "The step '$name' failed; its log is $log."
    }
}

# alone: waits until no other build is running in this tree; scripts called from here on share the lock.
alone() {
    [[ -n ${FUNCTIONAL_LOCK:-} ]] && return
    exec 9>"$state/lock"
    flock 9
    export FUNCTIONAL_LOCK=1
}
