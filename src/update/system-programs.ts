import { spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import type { Outcome, Programs } from "./candidate.ts";

/** How long a program may run, in milliseconds: a small board with a slow card takes a package apart. */
const LONGEST_RUN = 60_000;
/** Octets of output that are kept for the message of an error. */
const KEPT_OUTPUT = 16_384;

/** The programs of this machine. */
export const SYSTEM_PROGRAMS: Programs = {
	async run(command, output) {
		let file: number | undefined;
		try {
			if (output !== undefined) file = openSync(output, "w", 0o600);
			return await run(command, file);
		} catch (error) {
			// Such as a program for another processor.
			return { exitCode: 127, text: error instanceof Error ? error.message : String(error) };
		} finally {
			if (file !== undefined) closeSync(file);
		}
	},
};

function run([program, ...args]: readonly [string, ...string[]], file: number | undefined): Promise<Outcome> {
	const child = spawn(program, args, { stdio: ["ignore", file ?? "pipe", "pipe"], timeout: LONGEST_RUN });
	let text = "";
	const keep = (piece: Buffer): void => {
		text = (text + piece.toString()).slice(0, KEPT_OUTPUT);
	};
	child.stdout?.on("data", keep);
	child.stderr?.on("data", keep);
	return new Promise((resolve, reject) => {
		child.once("error", reject);
		child.once("close", (code) => resolve({ exitCode: code ?? 1, text }));
	});
}
