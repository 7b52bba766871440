# shellcheck shell=sh
# Ends with a message unless the programs of `scripts/test --image` are there. Sourced by scripts/test.
PATH=$PATH:/usr/sbin:/sbin
missing=$(
	xargs -n 2 <<-LIST | while read -r program package; do
		qemu-system-aarch64 qemu-system-arm
		qemu-img qemu-utils
		mcopy mtools
		sfdisk fdisk
		e2fsck e2fsprogs
		dnsmasq dnsmasq-base
		ip iproute2
		unshare util-linux
		setpriv util-linux
		ssh openssh-client
		openssl openssl
		xz xz-utils
	LIST
		command -v "$program" >/dev/null || echo "$program (Debian package $package)"
	done
)
[ -z "$missing" ] || { printf 'test: needs\n%s\n' "$missing" >&2; exit 1; }
[ "$(id -u)" = 0 ] || { echo "test: needs root, for a network of its own" >&2; exit 1; }
