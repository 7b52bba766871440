import { readFileSync } from "node:fs";
import { USER_NAME } from "../../config/password-types.ts";
import { hashesOf, storedHashes } from "../../password-hashes.ts";
import { complain, write } from "../output.ts";
import { StartError } from "../start-error.ts";
import { UsageError } from "../usage-error.ts";

/** Keys of a terminal. */
const ENTER = /[\r\n]/;
const INTERRUPT = "\x03";
const END_OF_INPUT = "\x04";
const ERASE = /[\b\x7f]/;

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to refuse.
const CONTROL = /[\0-\x1f\x7f]/;

const ADMIN = "admin";

/**
 * Prints the line of a config file with the hashes of a password, which is read from a terminal without echo, or
 * from the first line of the standard input; never from the command line, which others on the machine can see.
 *
 * @returns 0, or 1 when no password was given.
 * @throws {UsageError} for wrong operands. @throws {StartError} for a password that cannot be used.
 */
export async function passwordCommand(operands: readonly string[]): Promise<number> {
	const [user = ADMIN, ...others] = operands;
	if (others.length > 0) throw new UsageError("expected one USER; the password is asked for");
	if (user !== ADMIN && USER_NAME.parse(user) === undefined)
		throw new UsageError(`USER: expected admin, or ${USER_NAME.expected}`);
	const password = process.stdin.isTTY ? await askTwice(user) : readFileSync(0, "utf8").split(/\r?\n/)[0];
	if (password === undefined) return 1;
	if (password === "" || CONTROL.test(password))
		throw new StartError("expected a password that is not empty and has no control characters");
	const setting = user === ADMIN ? "HttpAuthPwd" : "HttpUserPassword";
	await write(`${setting} = ${storedHashes(hashesOf(user, password))}\n`);
	return 0;
}

/** @returns undefined when it was given up. @throws {StartError} when the two differ. */
async function askTwice(user: string): Promise<string | undefined> {
	const first = await ask(`Password of ${user}: `);
	const second = first === undefined ? undefined : await ask("The same again: ");
	if (second !== undefined && first !== second) throw new StartError("the two passwords differ");
	return second;
}

/** Reads a line without showing it. */
function ask(prompt: string): Promise<string | undefined> {
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
