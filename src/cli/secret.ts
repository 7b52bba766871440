import { readFileSync } from "node:fs";
import { complain } from "./output.ts";
import { StartError } from "./start-error.ts";

/** Keys of a terminal. */
const ENTER = /[\r\n]/;
const INTERRUPT = "\x03";
const END_OF_INPUT = "\x04";
const ERASE = /[\b\x7f]/;

/** The variable of the environment that may hold the password of an exported set-up. */
export const PASSWORD_VARIABLE = "CLICKTOCALL_PASSWORD";

/**
 * The password of an exported set-up: from a file, the environment, the terminal, or the first line of the standard
 * input; never from the command line, which others on the machine can see.
 *
 * @param options.file its first line is the password.
 * @param options.isNew whether it is typed twice.
 * @returns undefined when it was given up.
 * @throws {StartError} when the file cannot be read, or what was typed differs.
 */
export async function transferPassword(options: {
	readonly file: string | undefined;
	readonly isNew: boolean;
}): Promise<string | undefined> {
	const { file, isNew } = options;
	if (file !== undefined) return firstLine(file);
	const given = process.env[PASSWORD_VARIABLE];
	if (given !== undefined && given !== "") return given;
	if (!process.stdin.isTTY) return firstLine(0);
	return isNew ? await askTwice("Password for the file: ") : await ask("Password of the file: ");
}

function firstLine(file: string | 0): string | undefined {
	try {
		return readFileSync(file, "utf8").split(/\r?\n/)[0] || undefined;
	} catch (cause) {
		throw new StartError(
			`${file}: the password cannot be read: ${cause instanceof Error ? cause.message : cause}`,
			{ cause },
		);
	}
}

/**
 * Asks for a new password, so that it is typed twice.
 *
 * @returns undefined when it was given up.
 * @throws {StartError} when the two differ.
 */
export async function askTwice(prompt: string): Promise<string | undefined> {
	const first = await ask(prompt);
	const second = first === undefined ? undefined : await ask("The same again: ");
	if (second !== undefined && first !== second) throw new StartError("the two passwords differ");
	return second;
}

/**
 * Reads a line from the terminal without showing it.
 *
 * @returns undefined when it was given up.
 */
export function ask(prompt: string): Promise<string | undefined> {
	const { stdin, stderr } = process;
	const answer = Promise.withResolvers<string | undefined>();
	let typed = "";
	const finish = (result: string | undefined): void => {
		stdin.off("data", hear);
		stdin.setRawMode(false);
		stdin.pause();
		complain("");
		answer.resolve(result);
	};
	const hear = (chunk: string | Buffer): void => {
		for (const key of String(chunk)) {
			if (ENTER.test(key)) return finish(typed);
			if (key === INTERRUPT || key === END_OF_INPUT) return finish(undefined);
			typed = ERASE.test(key) ? [...typed].slice(0, -1).join("") : typed + key;
		}
	};
	stdin.setEncoding("utf8");
	stdin.setRawMode(true);
	stderr.write(prompt);
	stdin.on("data", hear);
	stdin.resume();
	return answer.promise;
}
