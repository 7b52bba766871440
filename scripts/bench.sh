#!/bin/sh
# Builds the executable and measures it; installs what that needs first.
#
#   sh scripts/bench [OPTION...]
#
# The options are those of scripts/benchmark/run.ts.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
if [ ! -f "$root/scripts/benchmark/run.ts" ]; then
	echo "bench: no benchmark to run, scripts/benchmark/run.ts is missing" >&2
	exit 1
fi
. "$root/scripts/setup.sh"
cd -- "$root"
"$BUN" scripts/build.ts
exec "$BUN" scripts/benchmark/run.ts "$@"
