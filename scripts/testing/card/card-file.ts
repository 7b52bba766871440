/** The image of a card as a file: what is on it, and what a person puts on its boot partition. */
import { Database } from "bun:sqlite";
import { createHash } from "node:crypto";
import {
	closeSync,
	existsSync,
	mkdirSync,
	openSync,
	readdirSync,
	readSync,
	rmSync,
	truncateSync,
} from "node:fs";
import { join } from "node:path";
import { z } from "@hono/zod-openapi";
import { command } from "./command.ts";
import { byChance, losePower } from "./power-loss.ts";

const SECTOR = 512;

/** A partition, in octets from the start of the card. */
export interface Partition {
	readonly start: number;
	readonly size: number;
}

/** The three partitions: boot (FAT), root and data (ext4). */
export interface Partitions {
	readonly boot: Partition;
	readonly root: Partition;
	readonly data: Partition;
}

/** What the board's firmware would start. */
export interface BootFiles {
	readonly kernel: string;
	readonly initrd: string;
	/** Kernel parameters. */
	readonly parameters: string;
	/** Description of the Raspberry Pi 3 B. */
	readonly deviceTree: string;
}

/** A card in a folder of its own, which it fills with copies of what is looked at. */
export class CardFile {
	readonly file: string;
	readonly #folder: string;

	/** @param folder for working files. */
	constructor(file: string, folder: string) {
		this.file = file;
		this.#folder = folder;
	}

	/** Makes the card as large as one that is bought. @param mib in MiB. */
	grow(mib: number): void {
		truncateSync(this.file, mib * 1024 * 1024);
	}

	partitions(): Partitions {
		const table: { partitiontable: { partitions: readonly { start: number; size: number }[] } } = JSON.parse(
			command("sfdisk", "--json", this.file),
		);
		const [boot, root, data] = table.partitiontable.partitions.map(({ start, size }) => ({
			start: start * SECTOR,
			size: size * SECTOR,
		}));
		if (!boot || !root || !data) throw new Error(`${this.file}: expected three partitions`);
		return { boot, root, data };
	}

	/** Puts files on the boot partition, as any computer can. @param files text by name; null takes one away. */
	put(files: Readonly<Record<string, string | Uint8Array | null>>): void {
		for (const [name, content] of Object.entries(files)) {
			const existing = Bun.spawnSync(["mdel", "-i", this.#boot, `::/${name}`], { stderr: "ignore" });
			if (content === null && existing.exitCode !== 0)
				throw new Error(`${name} was not on the boot partition`);
			if (content === null) continue;
			const [folder] = name.split("/");
			if (folder !== undefined && folder !== name)
				Bun.spawnSync(["mmd", "-D", "s", "-i", this.#boot, `::/${folder}`], {
					stdin: "ignore",
					stderr: "ignore",
				});
			const { exitCode, stderr } = Bun.spawnSync(["mcopy", "-o", "-i", this.#boot, "-", `::/${name}`], {
				stdin: typeof content === "string" ? new TextEncoder().encode(content) : content,
			});
			if (exitCode !== 0) throw new Error(`mcopy ${name}: ${stderr}`);
		}
	}

	/** A file of the boot partition as text; undefined when there is none. */
	read(name: string): string | undefined {
		const { exitCode, stdout } = Bun.spawnSync(["mtype", "-i", this.#boot, `::/${name}`], {
			stderr: "ignore",
		});
		return exitCode === 0 ? stdout.toString() : undefined;
	}

	/** Copies what the firmware would start out of the boot partition. */
	bootFiles(): BootFiles {
		const folder = join(this.#folder, "boot");
		mkdirSync(folder, { recursive: true });
		command("mcopy", "-n", "-o", "-i", this.#boot, "::/vmlinuz-*", "::/initrd.img-*", "::/*.dtb", folder);
		const named = (start: string): string => {
			const name = readdirSync(folder).find((entry) => entry.startsWith(start));
			if (name === undefined) throw new Error(`${start}… is not on the boot partition`);
			return join(folder, name);
		};
		return {
			kernel: named("vmlinuz-"),
			initrd: named("initrd.img-"),
			parameters: (this.read("cmdline.txt") ?? "").trim(),
			deviceTree: named("bcm2837-rpi-3-b.dtb"),
		};
	}

	/** SHA-256 of the root partition. */
	rootSum(): string {
		const { root } = this.partitions();
		const hash = createHash("sha256");
		const chunk = new Uint8Array(4 << 20);
		const descriptor = openSync(this.file, "r");
		try {
			for (let at = 0; at < root.size; at += chunk.length) {
				const count = readSync(descriptor, chunk, 0, Math.min(chunk.length, root.size - at), root.start + at);
				hash.update(chunk.subarray(0, count));
			}
		} finally {
			closeSync(descriptor);
		}
		return hash.digest("hex");
	}

	/**
	 * Checks the data partition in a copy, as the next start does: the journal is played back, and then nothing may be
	 * wrong with the file system, nor with the history on it.
	 *
	 * @param loss the power goes at this moment of what is in a log; by default the card is looked at as it is.
	 * @returns what is wrong, "" when nothing is; and how many octets went with the power.
	 */
	checkData(loss?: { readonly log: string; readonly moment: number }): { wrong: string; lost: number } {
		const copy = this.#copyOfData();
		const part = this.partitions().data;
		const lost = loss ? losePower({ ...loss, file: copy, part, keeps: byChance }).lost : 0;
		const played = Bun.spawnSync(["e2fsck", "-E", "journal_only", "-p", copy]);
		const looked = Bun.spawnSync(["e2fsck", "-f", "-n", copy]);
		if (played.exitCode <= 1 && looked.exitCode === 0) return { wrong: this.#checkHistory(copy), lost };
		return { wrong: `${played.stdout}${played.stderr}${looked.stdout}${looked.stderr}`.trim(), lost };
	}

	/** @param data the data partition. */
	#checkHistory(data: string): string {
		const folder = join(this.#folder, "lib");
		rmSync(folder, { recursive: true, force: true });
		mkdirSync(folder);
		command("debugfs", "-R", `rdump /lib/clicktocall ${folder}`, data);
		const file = join(folder, "clicktocall/clicktocall-history.sqlite");
		if (!existsSync(file)) return "";
		const history = new Database(file);
		try {
			const said = z
				.array(z.object({ quick_check: z.string() }))
				.parse(history.query("PRAGMA quick_check").all());
			return said
				.map(({ quick_check }) => quick_check)
				.filter((text) => text !== "ok")
				.join("\n");
		} catch (error) {
			return `the history: ${error instanceof Error ? error.message : error}`;
		} finally {
			history.close();
		}
	}

	/** The names in a folder of the data partition, as the next start finds them. */
	dataFiles(folder: string): readonly string[] {
		return this.#fromData(`ls -p ${folder}`)
			.split("\n")
			.map((line) => line.split("/")[5] ?? "")
			.filter((name) => name !== "" && name !== "." && name !== "..");
	}

	/** A file of the data partition as text, as the next start finds it; "" when there is none. */
	dataFile(path: string): string {
		return this.#fromData(`cat ${path}`);
	}

	/** @param request of debugfs. @returns what it shows of the data partition once the journal is played back. */
	#fromData(request: string): string {
		const copy = this.#copyOfData();
		Bun.spawnSync(["e2fsck", "-p", copy]);
		return command("debugfs", "-R", request, copy);
	}

	get #boot(): string {
		return `${this.file}@@${this.partitions().boot.start}`;
	}

	#copyOfData(): string {
		const { data } = this.partitions();
		const copy = join(this.#folder, "data.img");
		const [skip, count] = [data.start, data.size].map((octets) => octets / (1 << 20));
		command("dd", `if=${this.file}`, `of=${copy}`, "bs=1M", `skip=${skip}`, `count=${count}`, "conv=sparse");
		return copy;
	}
}
