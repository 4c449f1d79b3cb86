#!/bin/sh
# Install those of the named Debian or Ubuntu packages that are missing.
set -eu
missing=""
for package in "$@"; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

run=""
if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || { echo "Install these packages first:$missing" >&2; exit 1; }
    run=sudo
fi
export DEBIAN_FRONTEND=noninteractive
$run apt-get update -q
# shellcheck disable=SC2086 # one word a package
$run apt-get install -q -y --no-install-recommends $missing
