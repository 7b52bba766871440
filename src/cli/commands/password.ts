import { readFileSync } from "node:fs";
import { USER_NAME } from "../../config/password-types.ts";
import { hashesOf, storedHashes } from "../../password-hashes.ts";
import { write } from "../output.ts";
import { askTwice } from "../secret.ts";
import { StartError } from "../start-error.ts";
import { UsageError } from "../usage-error.ts";

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
	const password = process.stdin.isTTY
		? await askTwice(`Password of ${user}: `)
		: readFileSync(0, "utf8").split(/\r?\n/)[0];
	if (password === undefined) return 1;
	if (password === "" || CONTROL.test(password))
		throw new StartError("expected a password that is not empty and has no control characters");
	const setting = user === ADMIN ? "HttpAuthPwd" : "HttpUserPassword";
	await write(`${setting} = ${storedHashes(hashesOf(user, password))}\n`);
	return 0;
}
