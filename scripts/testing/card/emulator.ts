/** An emulated board with a card in it. */
import { appendFileSync, rmSync, writeFileSync } from "node:fs";
import type { BootFiles } from "./card-file.ts";
import { command, WITH_THIS_RUN } from "./command.ts";
import { MAC, TAP } from "./lan.ts";
import { byChance, type Loss, losePower } from "./power-loss.ts";

/** A board is -M virt, which has all that the card wants and a network, or -M raspi3b. */
export interface Board {
	readonly boot: BootFiles;
	readonly card: string;
	/** Where the console is written; what went over the network lies next to it. */
	readonly log: string;
	/** False: as -M raspi3b, with a network on USB and its time by this machine's clock. */
	readonly virt: boolean;
}

/**
 * The board's time goes by what it has done, a nanosecond for an instruction, and not by this machine's: what systemd
 * waits for in vain on a machine that is busy, it would have in time on a board.
 */
const ICOUNT = "shift=0,sleep=on";

/** The console of the board is its serial line, with all that the kernel says. */
const SHOWN = "console=ttyAMA0 earlycon=pl011,0x9000000 ignore_loglevel";

/** The time of an emulated Raspberry Pi is this machine's: a board is many times faster than it waits for here. */
const PATIENT = "systemd.default_device_timeout_sec=1200 systemd.default_timeout_start_sec=1200";

/** The emulated watchdog of a Raspberry Pi does not count: it restarts the board when it is switched on. */
const NO_WATCHDOG = "modprobe.blacklist=bcm2835_wdt systemd.watchdog_sec=0";

/** Without a header of the virtual card in front of each frame, the dump of what went over it can be read. */
const NETWORK = `tap,id=lan,ifname=${TAP},script=no,downscript=no,vnet_hdr=off`;

/** This machine's own cache outlives the emulator, so that the log of writes need not be flushed itself. */
const LOG = "log.cache.no-flush=on,log.driver=file,log.filename=";

/** What the clock of the emulated board says at each start: boards have none that goes on without power. */
const NO_CLOCK = "2021-01-01T00:00:00";

export class Emulator {
	#console = "";
	readonly #process: Bun.Subprocess<"ignore", "pipe", "pipe">;
	readonly #board: Board;

	/** Switches the board on. */
	constructor(board: Board) {
		this.#board = board;
		writeFileSync(board.log, "");
		if (board.virt) {
			const { card } = board;
			command("qemu-img", "create", "-q", "-f", "qcow2", "-b", card, "-F", "raw", written(card));
			writeFileSync(logOf(card), "");
		}
		const words = [...WITH_THIS_RUN, "nice", "-n", "5", "qemu-system-aarch64", ...argumentsFor(board)];
		this.#process = Bun.spawn(words, {
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

	/**
	 * Pulls the plug: half of what was not flushed is lost, here and there.
	 *
	 * @param look is given the log of the board's writes, while the card is still as it was when switched on.
	 */
	async cut(look?: (log: string) => void): Promise<Loss> {
		this.#process.kill("SIGKILL");
		await this.#process.exited;
		const { card, virt } = this.#board;
		if (!virt) return { written: 0, unflushed: 0, lost: 0 };
		const log = logOf(card);
		look?.(log);
		const loss = losePower({ file: card, log, keeps: byChance });
		for (const file of [written(card), log]) rmSync(file);
		return loss;
	}

	async #listen(stream: ReadableStream<Uint8Array>): Promise<void> {
		const decoder = new TextDecoder("latin1");
		for await (const chunk of stream) {
			const text = decoder.decode(chunk);
			this.#console += text;
			appendFileSync(this.#board.log, text);
		}
	}
}

/** Where the board's writes go: the card itself is only read until the power goes. */
const written = (card: string): string => `${card}.written`;
/** The same writes and the flushes between them, in their order. */
const logOf = (card: string): string => `${card}.log`;

function argumentsFor({ boot, card, log, virt }: Board): string[] {
	const common = ["-kernel", boot.kernel, "-initrd", boot.initrd, "-no-reboot", "-nographic"];
	if (!virt) {
		return [
			...["-M", "raspi3b", ...common, "-dtb", boot.deviceTree],
			...["-drive", `file=${card},format=raw,if=sd,cache=unsafe`],
			// The first serial line is the one of the Bluetooth chip, which no program can open. The second one is on the
			// pins of the board, and the card knows it as its console.
			...["-monitor", "none", "-serial", "null", "-serial", "stdio"],
			...["-netdev", NETWORK, "-device", `usb-net,netdev=lan,mac=${MAC}`],
			...["-append", `${boot.parameters} ignore_loglevel ${PATIENT} ${NO_WATCHDOG}`],
		];
	}
	// The kernel takes the first line of a kind for the only one, and the card names those of real boards.
	const parameters = boot.parameters.replaceAll(/\bconsole=\S+ */g, "");
	return [
		...["-M", "virt", "-cpu", "cortex-a53", "-icount", ICOUNT, "-m", "1024", ...common],
		...["-append", `${parameters} ${SHOWN}`],
		...[
			"-blockdev",
			`qcow2,node-name=written,cache.no-flush=on,file.driver=file,file.filename=${written(card)}`,
		],
		...[
			"-blockdev",
			`blklogwrites,node-name=card,file=written,log-super-update-interval=1,${LOG}${logOf(card)}`,
		],
		...["-device", "virtio-blk-pci,drive=card,write-cache=on"],
		...["-netdev", NETWORK, "-device", `virtio-net-pci,netdev=lan,mac=${MAC},romfile=`],
		...["-object", `filter-dump,id=seen,netdev=lan,file=${log.replace(/\.txt$/, "")}.pcap`],
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
