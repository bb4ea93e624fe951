#!/bin/sh
# programs.sh CACHE: Debian's Prometheus and Alertmanager for the demo, without root.
#
# What PATH lacks is fetched by apt over state and cache folders of its own, its
# signatures checked as always, and unpacked into CACHE/debian: nothing is installed
# and no service starts. Where that cannot be done, says how to get them and exits 0.
set -eu

mkdir -p "$1"
cache=$(cd "$1" && pwd)
log=$cache/programs.log

missing=
for program in prometheus prometheus-alertmanager; do
    command -v "$program" >/dev/null || missing="$missing $program"
done
missing=${missing# }
unpacked() {
    for program in $missing; do
        "$1/usr/bin/$program" --version >/dev/null 2>&1 || return 1
    done
}
if [ -z "$missing" ] || unpacked "$cache/debian"; then
    exit 0
fi

without() {
    printf 'setup: going on without %s: %s\n' "$missing" "$1"
    printf '  to get them: apt-get install %s (as root), or put them on PATH\n' \
        "$missing"
    exit 0
}
command -v apt-get >/dev/null || without "there is no apt-get here"
command -v dpkg-deb >/dev/null || without "there is no dpkg-deb here"

apt=$cache/apt
new=$cache/debian.new
rm -rf "$apt" "$new"
trap 'rm -rf "$apt" "$new"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
mkdir -p "$apt/lists/partial" "$apt/archives/partial" "$new"
: >"$apt/status"
# Cleared: what a machine hangs onto an update (caches of its own, notifications)
# belongs to its real state, and fails without root. Hardened: even where the
# machine's own settings are lax.
cat >"$apt/apt.conf" <<END
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
Dir::State "$apt";
Dir::State::lists "$apt/lists";
Dir::State::status "$apt/status";
Dir::Cache "$apt";
Dir::Cache::archives "$apt/archives";
Dir::Cache::pkgcache "";
Dir::Cache::srcpkgcache "";
Dir::Log "$apt";
APT::Sandbox::User "root";
APT::Get::AllowUnauthenticated "false";
Acquire::AllowInsecureRepositories "false";
Acquire::AllowWeakRepositories "false";
Acquire::Languages "none";
Acquire::Retries "2";
Acquire::http::Timeout "20";
Acquire::https::Timeout "20";
END

printf 'setup: fetching Debian'"'"'s %s (40 MB; no root, no service)\n' "$missing"
# A machine may list archives that are out of reach: what counts is the download.
apt-get -q -c "$apt/apt.conf" update >"$log" 2>&1 || true
# shellcheck disable=SC2086  # a list of words
(cd "$apt" && apt-get -q -c "$apt/apt.conf" download $missing) >>"$log" 2>&1 ||
    without "apt-get could not fetch them (see $log)"
for package in "$apt"/*.deb; do
    dpkg-deb -x "$package" "$new" >>"$log" 2>&1 ||
        without "a package could not be unpacked (see $log)"
done
unpacked "$new" || without "they do not run on this machine"
rm -rf "$cache/debian"
mv "$new" "$cache/debian"
