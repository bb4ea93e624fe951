#!/bin/sh
# step.sh NAME COMMAND...: one line when COMMAND succeeds, all it said when it fails.
set -u

name=$1
shift
output=$("$@" 2>&1)
status=$?
if [ $status -eq 0 ]; then
    printf '%-8s ok\n' "$name"
else
    printf '%-8s FAILED: %s\n%s\n' "$name" "$*" "$output"
fi
exit $status
