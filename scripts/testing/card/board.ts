/** Starts of the emulated board, each with a log of its console. */
import { join } from "node:path";
import type { CardFile } from "./card-file.ts";
import { Emulator } from "./emulator.ts";
import type { Report } from "./report.ts";

/** What the parts of the run share. */
export interface Run {
	readonly report: Report;
	readonly card: CardFile;
	/** Folder for what the consoles show. */
	readonly logs: string;
	/** The key of the one who may log in. */
	readonly key: string;
	/** How often the power is cut under calls. */
	readonly cuts: number;
}

/** Seconds that a start may take on an emulated board, which is many times slower than a real one. */
export const START = 1200;

/** Switches an emulated board on, with the card in it. @param name of the log of its console. */
export function switchOn(run: Run, name: string, virt = true): Emulator {
	const log = join(run.logs, `${name.replaceAll(" ", "-")}.txt`);
	run.report.note(`switching on: ${name}`);
	return new Emulator({ boot: run.card.bootFiles(), card: run.card.file, log, virt });
}
