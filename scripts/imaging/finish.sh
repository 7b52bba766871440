#!/bin/sh
# The last changes to the system of a card, before it is packed; called by mmdebstrap with the folder of the root.
set -eu
root=$1
template=$root/usr/share/clicktocall/clicktocall.config

# The password that the package made would be the same on all cards: whoever opens the pages of a card first chooses it.
# A card's own configuration is made at its first start from this one.
rm -f "$root/etc/clicktocall/clicktocall.config"
sed 's/^#* *HttpPort *= .*/HttpPort = 80/; s/^#* *FirstRun *= .*/FirstRun = 1/' "$template" >"$root/usr/share/clicktocall/card.config"

# Nobody logs in with a password, and each card makes its own keys.
chroot "$root" passwd --quiet --lock root
rm -f "$root"/etc/ssh/ssh_host_*
# ssh is a matter of card-ssh.service alone: systemd would offer it on sockets of a virtual machine, and complain on the
# console that a board is none.
mkdir -p "$root/etc/systemd/system-generators"
ln -s /dev/null "$root/etc/systemd/system-generators/systemd-ssh-generator"

chroot "$root" systemctl --quiet enable systemd-networkd.service systemd-resolved.service systemd-timesyncd.service \
	card-provision.service card-console.service card-ssh.service card-wireless.service
chroot "$root" systemctl --quiet disable ssh.service wpa_supplicant.service apt-daily.timer apt-daily-upgrade.timer \
	dpkg-db-backup.timer e2scrub_reap.service e2scrub_all.timer fstrim.timer unattended-upgrades.service
chroot "$root" systemctl --quiet mask getty@tty1.service serial-getty@ttyAMA0.service serial-getty@ttyS0.service \
	serial-getty@ttyS1.service systemd-remount-fs.service systemd-networkd-wait-online.service \
	systemd-firstboot.service apt-daily.service apt-daily-upgrade.service

# It was off for as long as packages were installed, each of which makes one otherwise: minutes of emulation.
sed -i 's/^update_initramfs=.*/update_initramfs=yes/' "$root/etc/initramfs-tools/update-initramfs.conf"
ln -sf /run/systemd/resolve/stub-resolv.conf "$root/etc/resolv.conf"
: >"$root/etc/machine-id"
ln -sf /etc/machine-id "$root/var/lib/dbus/machine-id"
# Where the data partition and its folders are mounted.
mkdir -p "$root/data" "$root/var/lib/clicktocall"
sed -i 's/ rw / /; s/  */ /g' "$root/boot/firmware/cmdline.txt"
rm -rf "$root"/var/log/* "$root"/var/cache/* "$root"/var/lib/apt/lists/*
