# shellcheck shell=sh
# Makes Bun and the dependencies ready. Sourced by the other scripts, not run:
#
#   root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
#   . "$root/scripts/setup.sh"
#
# Afterwards BUN is the absolute path of the Bun that package.json pins, `bun` on PATH is that one, and
# node_modules holds what bun.lock says. Bun comes from PATH when its version is exactly the pinned one,
# else from .bun/ in the project, where npm puts it once. Everything it says goes to standard error.

setup_fail() {
	printf '%s: %s\n' "$(basename -- "$0")" "$1" >&2
	exit 1
}

# Whether $1 is a Bun of the pinned version that runs on this machine.
setup_is_bun() {
	[ "$("$1" --version 2>/dev/null)" = "$setup_version" ]
}

# Sets BUN to the binary that npm left in .bun/, whichever of the platform packages runs here; false if none.
# The `bun` package itself only holds a placeholder until its install script has run, and npm may refuse
# to run install scripts, so the platform package is used directly.
setup_find_local() {
	for BUN in "$setup_npm"/node_modules/@oven/*/bin/bun; do
		if [ -f "$BUN" ] && setup_is_bun "$BUN"; then
			return 0
		fi
	done
	return 1
}

setup_install_bun() {
	command -v npm >/dev/null 2>&1 ||
		setup_fail "needs Bun $setup_version or npm to install it, but found neither on PATH"
	printf 'Installing Bun %s into %s\n' "$setup_version" "$root/.bun" >&2
	mkdir -p -- "$setup_npm" || setup_fail "cannot create $setup_npm"
	if ! npm install --prefix "$setup_npm" --no-save --no-package-lock --ignore-scripts --include=optional \
		--no-audit --no-fund --loglevel=error --fetch-retry-mintimeout=2000 --fetch-retry-maxtimeout=10000 "bun@$setup_version" >"$root/.bun/npm.log" 2>&1; then
		setup_fail "npm could not install bun@$setup_version (network down?), its output is in $root/.bun/npm.log"
	fi
	setup_find_local ||
		setup_fail "npm installed bun@$setup_version, but it has no build that runs on this machine ($(uname -sm))"
}

# The marker is written after a complete install, so that one cut short is done again.
setup_install_dependencies() {
	setup_marker=$root/node_modules/.complete
	if [ -f "$setup_marker" ] &&
		[ -z "$(find "$root/bun.lock" "$root/package.json" -newer "$setup_marker")" ]; then
		return 0
	fi
	printf 'Installing the dependencies\n' >&2
	mkdir -p -- "$root/.bun" || setup_fail "cannot create $root/.bun"
	if ! (cd -- "$root" && "$BUN" install --frozen-lockfile) >"$root/.bun/install.log" 2>&1; then
		tail -n 5 -- "$root/.bun/install.log" >&2
		setup_fail "could not install the dependencies (network down?), the output is in $root/.bun/install.log"
	fi
	: >"$setup_marker"
}

setup_version=$(sed -n 's/.*"packageManager": *"bun@\([^"]*\)".*/\1/p' "$root/package.json")
[ -n "$setup_version" ] || setup_fail "package.json names no \"packageManager\": \"bun@VERSION\""
setup_npm=$root/.bun/npm

BUN=$(command -v bun 2>/dev/null) || BUN=
if [ -z "$BUN" ] || ! setup_is_bun "$BUN"; then
	setup_find_local || setup_install_bun
	# For people who call it by hand; not needed by users who may not write here.
	if [ ! "$root/.bun/bin/bun" -ef "$BUN" ] && [ -w "$root/.bun" ]; then
		mkdir -p -- "$root/.bun/bin"
		ln -sf -- "$BUN" "$root/.bun/bin/bun"
	fi
	PATH=${BUN%/*}:$PATH
	export PATH
fi
export BUN
setup_install_dependencies
