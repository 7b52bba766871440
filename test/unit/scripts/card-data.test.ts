import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const ROOT = join(import.meta.dir, "../../../scripts/imaging/root");
const GROW_DATA = join(ROOT, "usr/lib/clicktocall-card/grow-data");
/** MiB in sectors, as the kernel tells sizes. */
const MIB = 2048;

let folder: string;
const at = (...names: string[]): string => join(folder, ...names);

/** Writes its name and arguments down, and with what lock. */
const TOLD = 'echo "$' + '{LOCKED:+locked }$(basename "$0") $*" >>"$CALLS"';

beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "clicktocall-card-"));
	for (const name of ["bin", "block", "dev/disk/by-label", "devices/mmcblk0"])
		mkdirSync(at(name), { recursive: true });
	symlinkSync("../devices/mmcblk0", at("block/mmcblk0"));
	for (const number of [1, 2, 3]) {
		const name = `mmcblk0p${number}`;
		mkdirSync(at("devices/mmcblk0", name));
		symlinkSync(`../devices/mmcblk0/${name}`, at("block", name));
		writeFileSync(at("devices/mmcblk0", name, "partition"), `${number}\n`);
		writeFileSync(at("dev", name), "");
	}
	for (const [label, name] of [
		["ctc-root", "mmcblk0p2"],
		["ctc-data", "mmcblk0p3"],
	])
		symlinkSync(`../../${name}`, at(`dev/disk/by-label/${label}`));
	for (const name of ["sfdisk", "mke2fs", "resize2fs", "e2fsck"]) program(name, TOLD);
	program("partx", `${TOLD}\necho ${3096 * MIB} >"$BLOCK/mmcblk0p3/size"`);
	program("udevadm", `${TOLD}\n[ "$1" = lock ] || exit 0\nshift 3\nLOCKED=1 exec "$@"`);
});
afterEach(() => rmSync(folder, { recursive: true }));

function program(name: string, text: string): void {
	writeFileSync(at("bin", name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
}

/** @param card, part, system in MiB: the sizes of the card, of its data partition and of the file system on it. */
function start({ card, part, system }: Readonly<Record<"card" | "part" | "system", number>>): string[] {
	writeFileSync(at("devices/mmcblk0/size"), `${card * MIB}\n`);
	writeFileSync(at("devices/mmcblk0/mmcblk0p3/start"), `${1000 * MIB}\n`);
	writeFileSync(at("devices/mmcblk0/mmcblk0p3/size"), `${part * MIB}\n`);
	program("dumpe2fs", `echo "Block count:              ${system * 256}"`);
	const { exitCode, stderr } = Bun.spawnSync(["sh", "-c", `exec "${GROW_DATA}"`], {
		env: {
			PATH: `${at("bin")}:${process.env.PATH}`,
			DEV: at("dev"),
			BLOCK: at("block"),
			CALLS: at("calls"),
		},
	});
	expect(stderr.toString()).toBe("");
	expect(exitCode).toBe(0);
	return readFileSync(at("calls"), "utf8").replaceAll(`${folder}/`, "").trim().split("\n");
}

const GROWN = { card: 4096, part: 3096, system: 3096 };

test("the data partition and its file system take the rest of the card, and udev waits until that is done", () => {
	expect(start({ card: 4096, part: 64, system: 64 })).toEqual([
		`udevadm lock --timeout=60 --device=dev/mmcblk0 ${GROW_DATA} locked`,
		"locked sfdisk --quiet --no-reread --force --no-tell-kernel -N 3 dev/mmcblk0",
		"locked partx --update --nr 3 dev/mmcblk0",
		"locked e2fsck -p dev/mmcblk0p3",
		"locked e2fsck -f -y dev/mmcblk0p3",
		"locked resize2fs dev/mmcblk0p3",
		"udevadm settle --timeout=60",
	]);
});

test("one that has all of the card is only repaired", () => {
	expect(start(GROWN).slice(1)).toEqual(["locked e2fsck -p dev/mmcblk0p3", "udevadm settle --timeout=60"]);
});

test("a file system that the power cut kept from growing grows at the next start", () => {
	expect(start({ ...GROWN, system: 64 })).toContain("locked resize2fs dev/mmcblk0p3");
});

test("one that cannot be repaired is made anew, and is found by its label", () => {
	rmSync(at("dev/disk/by-label/ctc-data"));
	program("e2fsck", `${TOLD}\nexit 4`);
	const calls = start(GROWN);
	expect(calls.slice(1)).toEqual([
		"locked e2fsck -p dev/mmcblk0p3",
		"locked e2fsck -y dev/mmcblk0p3",
		"locked mke2fs -q -F -t ext4 -b 4096 -L ctc-data dev/mmcblk0p3",
		"udevadm settle --timeout=60",
		"udevadm trigger --settle dev/mmcblk0p3",
	]);
});

test("no partition is unmounted because its label is not seen for a moment", () => {
	const lines = readFileSync(join(ROOT, "etc/fstab"), "utf8").split("\n");
	const labels = lines.filter((line) => /^LABEL=(?!ctc-root)/.test(line));
	expect(labels).toHaveLength(2);
	for (const line of labels) expect(line).toContain("x-systemd.device-bound=no");
});
