import { spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import type { Programs } from "./candidate.ts";

/** How long a program may run, in milliseconds: a small board with a slow card takes a package apart. */
const LONGEST_RUN = 60_000;
/** Octets of output that are kept for the message of an error. */
const KEPT_OUTPUT = 16_384;

/** The programs of this machine. */
export const SYSTEM_PROGRAMS: Programs = {
	run(command, output) {
		return new Promise((resolve) => {
			const [program, ...args] = command;
			const file = output === undefined ? undefined : openSync(output, "w", 0o600);
			const child = spawn(program, args, {
				stdio: ["ignore", file ?? "pipe", "pipe"],
				timeout: LONGEST_RUN,
			});
			let text = "";
			const keep = (piece: Buffer): void => {
				text = (text + piece.toString()).slice(0, KEPT_OUTPUT);
			};
			child.stdout?.on("data", keep);
			child.stderr?.on("data", keep);
			const end = (exitCode: number, more = ""): void => {
				if (file !== undefined) closeSync(file);
				resolve({ exitCode, text: text + more });
			};
			child.once("error", (error) => end(127, error.message));
			child.once("close", (code) => end(code ?? 1));
		});
	},
};
