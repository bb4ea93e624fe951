#!/bin/sh
# test-packages.sh LIST: have the Debian packages that tests run for real.
#
# As root they are installed, their services neither started nor enabled. Otherwise
# says which are missing and exits 0: the tests that need them skip, and say so.
# A line of LIST is a package, and a program if any package's of that name will do.
set -eu

setup=$(dirname "$0")
log=.cache/test-packages.log

missing=
while read -r package program; do
    if [ -n "$program" ] && command -v "$program" >/dev/null; then
        continue
    fi
    status=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) || status=
    [ "$status" = installed ] || missing="$missing $package"
done <"$1"
missing=${missing# }
if [ "$(id -u)" -eq 0 ]; then
    "$setup/without-services.sh"
fi
[ -n "$missing" ] || exit 0

without() {
    printf 'setup: not installed: %s: %s\n' "$missing" "$1"
    printf '  tests that need them skip naming them (CI=true: fail); as root: %s\n' \
        "apt-get install $missing"
    exit 0
}
command -v apt-get >/dev/null || without "there is no apt-get here"
[ "$(id -u)" -eq 0 ] || without "this needs root"

mkdir -p .cache
printf 'setup: installing %s for the tests, their services off\n' "$missing"
export DEBIAN_FRONTEND=noninteractive
# A machine may list archives that are out of reach: what counts is the installation.
apt-get -q update >"$log" 2>&1 </dev/null || true
# shellcheck disable=SC2086  # a list of words
"$setup/without-services.sh" apt-get -q -y -o DPkg::Lock::Timeout=120 \
    install --no-install-recommends $missing >>"$log" 2>&1 </dev/null ||
    without "apt-get could not install them (see $log)"

# Not started now is not enough: they would start with the machine the next time.
if command -v systemctl >/dev/null; then
    for package in $missing; do
        dpkg -L "$package" | sed -n 's,^.*/systemd/system/\([^/]*\.service\)$,\1,p'
    done | xargs -r systemctl disable >>"$log" 2>&1 || true
fi
