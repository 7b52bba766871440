/** An emulated board with a card in it. */
import { appendFileSync, writeFileSync } from "node:fs";
import type { BootFiles } from "./card-file.ts";
import { MAC, TAP } from "./lan.ts";

/** A board is -M virt, which has all that the card wants and a network, or -M raspi3b. */
export interface Board {
	readonly boot: BootFiles;
	readonly card: string;
	/** Where the console is written. */
	readonly log: string;
	/** False: as -M raspi3b, without a network. */
	readonly virt: boolean;
}

/**
 * The board's time goes by what it has done, a nanosecond for an instruction, and not by this machine's: what systemd
 * waits for in vain on a machine that is busy, it would have in time on a board.
 */
const ICOUNT = "shift=0,sleep=on";

/** The console of the board is its serial line, with all that the kernel says. */
const SHOWN = "console=ttyAMA0 earlycon=pl011,0x9000000 ignore_loglevel";

/** What the clock of the emulated board says at each start: boards have none that goes on without power. */
const NO_CLOCK = "2021-01-01T00:00:00";

export class Emulator {
	#console = "";
	readonly #process: Bun.Subprocess<"ignore", "pipe", "pipe">;
	readonly #log: string;

	/** Switches the board on. */
	constructor(board: Board) {
		this.#log = board.log;
		writeFileSync(board.log, "");
		this.#process = Bun.spawn(["nice", "-n", "5", "qemu-system-aarch64", ...argumentsFor(board)], {
			stdin: "ignore",
			stdout: "pipe",
			stderr: "pipe",
		});
		void this.#listen(this.#process.stdout);
		void this.#listen(this.#process.stderr);
	}

	/** All that the console has shown. */
	get console(): string {
		return this.#console;
	}

	/** Waits until the console has shown it. @throws {Error} after so many seconds, or when the emulator ends. */
	async shows(pattern: RegExp, seconds: number): Promise<void> {
		await eventually(`${pattern} on the console`, seconds, () => {
			this.checkOn();
			return pattern.test(this.#console);
		});
	}

	/** @throws {Error} when the emulator has ended, as it does when the board restarts. */
	checkOn(): void {
		const { exitCode } = this.#process;
		if (exitCode !== null)
			throw new Error(`the board went off (${exitCode}): ${JSON.stringify(this.#console.slice(-500))}`);
	}

	/** Pulls the plug. */
	async cut(): Promise<void> {
		this.#process.kill("SIGKILL");
		await this.#process.exited;
	}

	async #listen(stream: ReadableStream<Uint8Array>): Promise<void> {
		const decoder = new TextDecoder("latin1");
		for await (const chunk of stream) {
			const text = decoder.decode(chunk);
			this.#console += text;
			appendFileSync(this.#log, text);
		}
	}
}

function argumentsFor({ boot, card, virt }: Board): string[] {
	// The kernel takes the first line of a kind for the only one, and the card names those of real boards.
	const parameters = boot.parameters.replaceAll(/\bconsole=\S+ */g, "");
	const file = `file=${card},format=raw,id=card,if=${virt ? "none" : "sd"},cache=writethrough`;
	const common = ["-kernel", boot.kernel, "-initrd", boot.initrd, "-drive", file, "-no-reboot", "-nographic"];
	if (!virt) {
		const shown = "console=ttyAMA0,115200 ignore_loglevel";
		return ["-M", "raspi3b", "-dtb", boot.deviceTree, ...common, "-append", `${parameters} ${shown}`];
	}
	return [
		...["-M", "virt", "-cpu", "cortex-a53", "-icount", ICOUNT, "-m", "1024", ...common],
		...["-append", `${parameters} ${SHOWN}`, "-device", "virtio-blk-pci,drive=card"],
		...["-netdev", `tap,id=lan,ifname=${TAP},script=no,downscript=no`],
		...["-device", `virtio-net-pci,netdev=lan,mac=${MAC},romfile=`],
		...["-rtc", `base=${NO_CLOCK},clock=vm`, "-device", "i6300esb", "-watchdog-action", "none"],
	];
}

/** Looks every half a second. @throws {Error} after so many seconds. */
export async function eventually(
	what: string,
	seconds: number,
	look: () => boolean | Promise<boolean>,
): Promise<void> {
	const end = performance.now() + seconds * 1000;
	while (!(await look())) {
		if (performance.now() > end) throw new Error(`waited ${seconds} s for ${what}`);
		await Bun.sleep(500);
	}
}
