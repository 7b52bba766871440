import { readFileSync } from "node:fs";
import { isExecutable } from "#runtime";
import { pause } from "../../time/pause.ts";
import { systemClock } from "../../time/system-clock.ts";
import { replaceProcess } from "./replace-process.ts";

/** What asks for a start again, among the signals that ask for the end. */
export const AGAIN = "start again";

/** Time for the answer to whoever has asked for it, and for what its page is made of, in milliseconds. */
const ANSWER_TIME = 2000;

/** A start again of the server, in its own process: its service manager sees no end. */
export class StartAgain {
	readonly #wanted = Promise.withResolvers<typeof AGAIN>();

	/** Whether the program can do that; otherwise its end is for a service manager to mend. */
	static readonly isPossible = isExecutable() && process.platform === "linux";

	/** Resolves once it is asked for. */
	get wanted(): Promise<typeof AGAIN> {
		return this.#wanted.promise;
	}

	/** Asks for it. */
	readonly ask = (): void => {
		void pause(systemClock, ANSWER_TIME).then(() => this.#wanted.resolve(AGAIN));
	};

	/** Starts the program that this process was started with; returns only where that fails. */
	start(): void {
		const [program = process.execPath] = readFileSync("/proc/self/cmdline", "utf8").split("\0");
		// A name without a folder was found in PATH: it may be another one now.
		replaceProcess(program.startsWith("/") ? program : process.execPath);
	}
}
