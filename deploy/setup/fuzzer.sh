#!/bin/sh
# fuzzer.sh LOCK: put the coverage-guided fuzzer that LOCK pins into .venv, if there is
# one for this machine. Without it fuzzing goes on by chance alone, which it says.
set -eu

lock=$1

.venv/bin/python -c 'import atheris' 2>/dev/null && exit 0
printf 'setup: installing the fuzzer of %s, hashes checked\n' "$lock"
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1 PIP_USER=0
.venv/bin/python -m pip install --quiet --require-hashes --only-binary :all: \
    -r "$lock" || printf 'setup: it could not be installed (see above)\n'
