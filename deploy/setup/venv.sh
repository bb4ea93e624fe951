#!/bin/sh
# venv.sh LOCK: make .venv hold what LOCK pins, and Bellrock itself, editable.
#
# Run in the checkout. PYTHON names the interpreter; without it a .venv that works is
# kept, else python3 makes one. Nothing is done when .venv already holds the LOCK;
# requirements-dev.lock holds all that requirements.lock does.
set -eu

lock=$1
stamp=.venv/.installed

say() { printf 'setup: %s\n' "$1"; }
fail() {
    printf 'setup: %s\n  %s\n' "$1" "$2" >&2
    exit 1
}

# An interpreter upgraded in place leaves a .venv that starts and finds no packages; a
# moved checkout one whose programs name the old place.
works() {
    [ -x .venv/bin/python ] && .venv/bin/python -c 'import pip' 2>/dev/null &&
        grep -qF "$PWD/.venv" .venv/bin/activate
}
python=${PYTHON:-python3}
if [ -z "${PYTHON:-}" ] && works; then
    python=.venv/bin/python
fi

command -v "$python" >/dev/null || fail "no $python found" \
    "install Python 3.11 or later, or name it: make ... PYTHON=/path/to/python3"
# Syntax old enough for the Python that it turns away.
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || fail \
    "$python is $("$python" --version 2>&1); Bellrock needs 3.11 or later" \
    "install it, or name another: make ... PYTHON=/path/to/python3.11"

key=$("$python" - requirements.lock requirements-dev.lock pyproject.toml <<'END'
import hashlib, os, sys

key = hashlib.sha256(os.path.realpath(sys._base_executable).encode())
key.update(repr((sys.implementation.cache_tag, os.getcwd())).encode())
for name in sys.argv[1:]:
    with open(name, "rb") as file:
        key.update(hashlib.sha256(file.read()).digest())
print(key.hexdigest())
END
)
if [ -x .venv/bin/python ] && [ -f "$stamp" ]; then
    case "$(cat "$stamp")" in
    "$key $lock" | "$key requirements-dev.lock") exit 0 ;;
    esac
fi

base='import os, sys; print(os.path.realpath(sys._base_executable))'
if ! works || [ "$(.venv/bin/python -c "$base")" != "$("$python" -c "$base")" ]; then
    say "making .venv with $("$python" --version)"
    rm -rf .venv
    "$python" -m venv .venv >/dev/null || fail "$python cannot make a .venv" \
        "on Debian as root: apt-get install python3-venv"
fi
rm -f "$stamp"

export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1 PIP_USER=0
export PIP_DEFAULT_TIMEOUT="${PIP_DEFAULT_TIMEOUT:-60}"
home=${HOME:-/nonexistent}
if [ ! -w "$home" ] || [ -z "$(find "$home" -prune -user "$(id -u)")" ]; then
    export PIP_CACHE_DIR="$PWD/.cache/pip"
fi

say "installing the $(grep -c '^[a-z0-9].*==' "$lock") packages of $lock, hashes checked"
# Wheels only: building one from source would fetch build tools that no hash covers.
.venv/bin/python -m pip install --quiet --require-hashes --only-binary :all: \
    -r "$lock" || fail "the packages could not be installed (see above)" \
    "run it again when the network is back: what arrived is kept"
.venv/bin/python -m pip install --quiet --no-deps --no-build-isolation -e . ||
    fail "bellrock itself could not be installed (see above)" \
        "is pyproject.toml as it should be?"
say "compiling the kernels, which takes a minute"
.venv/bin/python -c "from probes.exchanges import prepare; prepare()" &&
    .venv/bin/python -m topology.kernels || fail "the kernels could not be compiled (see above)" \
    "run it again; if it stays so, report it"
printf '%s %s\n' "$key" "$lock" >"$stamp"
