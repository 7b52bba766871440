#!/bin/sh
# Makes the card out of the system: partitions for the boot firmware (FAT), the root and the data; called by
# scripts/image.
#
#   sh scripts/imaging/card.sh FOLDER
#
# Reads FOLDER/system.tar, writes FOLDER/card.img. Owners and modes are kept in a user namespace.
set -eu
work=$1
if [ "$(id -u)" != 0 ]; then
	exec unshare --user --map-root-user --map-auto sh "$0" "$work"
fi

# Sizes in MiB. The root has room for one more kernel; the data partition grows at the first start.
first=4
boot=320
data=64

tree=$work/system
mkdir "$tree"
tar --numeric-owner -xpf "$work/system.tar" -C "$tree"
size=$(($(du -sm --apparent-size "$tree" | cut -f 1) * 115 / 100 + 300))

# The board's firmware reads FAT only.
truncate -s "${boot}M" "$work/boot.img"
mkfs.vfat -F 32 -n CTC-BOOT -i 43544342 --invariant "$work/boot.img" >/dev/null
(
	cd "$tree/boot/firmware"
	find . -mindepth 1 -type d | sort | xargs -r -I {} mmd -i "$work/boot.img" "::{}"
	find . -type f | sort | xargs -I {} mcopy -i "$work/boot.img" -m -Q {} "::{}"
)
rm -rf "$tree/boot/firmware" && mkdir -m 755 "$tree/boot/firmware"
find "$tree" -depth -newermt "@$SOURCE_DATE_EPOCH" -exec touch --no-dereference --date="@$SOURCE_DATE_EPOCH" {} +

# mke2fs takes everything from where it is told but the times of inodes, which are the ones of the copy here.
export E2FSPROGS_FAKE_TIME=$SOURCE_DATE_EPOCH
truncate -s "${size}M" "$work/root.img"
mke2fs -q -t ext4 -L ctc-root -U 43544331-0000-4000-8000-000000000002 -m 0 \
	-E hash_seed=43544331-0000-4000-8000-000000000002,root_owner=0:0,lazy_itable_init=0 -O ^metadata_csum_seed \
	-d "$tree" "$work/root.img"
inodes=$(($(dumpe2fs -h "$work/root.img" 2>/dev/null | sed -n 's/^Inode count: *//p') - \
	$(dumpe2fs -h "$work/root.img" 2>/dev/null | sed -n 's/^Free inodes: *//p')))
# mke2fs numbers the inodes that it uses one after the other.
seq 2 "$((inodes + 1))" | while read -r inode; do
	printf 'sif <%d> ctime @%d\nsif <%d> atime @%d\n' "$inode" "$SOURCE_DATE_EPOCH" "$inode" "$SOURCE_DATE_EPOCH"
done | debugfs -w -f - "$work/root.img" >/dev/null 2>&1
truncate -s "${data}M" "$work/data.img"
mke2fs -q -t ext4 -b 4096 -L ctc-data -U 43544331-0000-4000-8000-000000000003 -m 1 \
	-E hash_seed=43544331-0000-4000-8000-000000000003,lazy_itable_init=0 "$work/data.img"

truncate -s "$((first + boot + size + data + 1))M" "$work/card.img"
sfdisk --quiet "$work/card.img" <<TABLE
label: dos
label-id: 0x43544331
${first}MiB ${boot}MiB c *
$((first + boot))MiB ${size}MiB 83
$((first + boot + size))MiB ${data}MiB 83
TABLE
put() { dd if="$1" of="$work/card.img" bs=1M seek="$2" conv=notrunc,sparse status=none; }
put "$work/boot.img" "$first"
put "$work/root.img" "$((first + boot))"
put "$work/data.img" "$((first + boot + size))"
