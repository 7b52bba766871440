#!/bin/sh
# Installs Debian, the board's firmware and the server into a tar file; called by scripts/image.
#
#   sh scripts/imaging/system.sh FOLDER DEB
#
# Writes FOLDER/system.tar. The packages' own scripts run in the processor emulation of qemu-user-static.
set -eu
work=$1
deb=$2
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
mirror=${DEBIAN_MIRROR:-http://deb.debian.org/debian}
security=${SECURITY_MIRROR:-http://deb.debian.org/debian-security}

packages=systemd,systemd-sysv,systemd-timesyncd,systemd-resolved,udev,dbus,kmod,tzdata,ca-certificates
packages=$packages,initramfs-tools,zstd,linux-image-arm64,raspi-firmware,firmware-brcm80211,wpasupplicant,wireless-regdb
packages=$packages,e2fsprogs,dosfstools,fdisk,iproute2,netbase,avahi-daemon,openssh-server,unattended-upgrades

# The files of the card, with root as their owner.
pack() {
	tar --sort=name --owner=0 --group=0 --numeric-owner --mtime="@$SOURCE_DATE_EPOCH" --mode=go=rX,u+rw \
		-C "$here/root" -cf "$work/$1.tar" "$2"
}
pack tree .
# Which release a package comes from is to be known before the first one is chosen.
pack preferences ./etc/apt/preferences.d

# Where qemu's entry is not known to the kernel yet, as in some containers.
[ -e /proc/sys/fs/binfmt_misc/qemu-aarch64 ] || prepare='mount -t binfmt_misc none /proc/sys/fs/binfmt_misc &&'
[ "$(id -u)" = 0 ] && mode=root || mode=unshare
unshare $([ "$mode" = root ] && echo --mount) sh -c "${prepare-} exec \"\$@\"" sh \
	mmdebstrap --quiet --mode="$mode" --architectures=arm64 --variant=minbase --include="$packages" \
	--aptopt='APT::Install-Recommends "false"' --aptopt='Acquire::Languages "none"' \
	--dpkgopt=force-confold --dpkgopt=force-unsafe-io \
	--dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
	--dpkgopt='path-exclude=/usr/share/info/*' --dpkgopt='path-exclude=/usr/share/doc/*' \
	--dpkgopt='path-include=/usr/share/doc/*/copyright' \
	--dpkgopt='path-exclude=/usr/lib/modules/*/kernel/sound/*' --dpkgopt='path-exclude=/lib/modules/*/kernel/sound/*' \
	--dpkgopt='path-exclude=/lib/modules/*/kernel/drivers/media/*' \
	--dpkgopt='path-exclude=/lib/modules/*/kernel/drivers/infiniband/*' \
	--dpkgopt='path-exclude=/lib/modules/*/kernel/drivers/gpu/drm/amd/*' \
	--dpkgopt='path-exclude=/lib/modules/*/kernel/drivers/gpu/drm/nouveau/*' \
	--dpkgopt='path-exclude=/lib/modules/*/kernel/drivers/gpu/drm/radeon/*' \
	--setup-hook="tar-in $work/preferences.tar /" \
	--essential-hook="tar-in $work/tree.tar /" \
	--essential-hook='sed -i s/^update_initramfs=.*/update_initramfs=no/ "$1/etc/initramfs-tools/update-initramfs.conf"' \
	--customize-hook="upload $deb /tmp/clicktocall.deb" \
	--customize-hook='chroot "$1" dpkg --install /tmp/clicktocall.deb && rm "$1/tmp/clicktocall.deb"' \
	--customize-hook="sh $here/finish.sh \"\$1\"" \
	trixie "$work/system.tar" \
	"deb $mirror trixie main non-free-firmware" \
	"deb $mirror trixie-updates main non-free-firmware" \
	"deb $mirror trixie-backports main" \
	"deb $security trixie-security main non-free-firmware"
