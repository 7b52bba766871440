import { say } from "../output.ts";
import { openConnection } from "../remote/connection.ts";
import type { Credentials } from "../remote/http-client.ts";
import type { Place } from "../remote/place.ts";
import { clean, paintHere } from "../terminal.ts";
import { UsageError } from "../usage-error.ts";

export interface HangupArguments {
	/** Ids of calls. */
	readonly operands: readonly string[];
	/** Every call in progress, instead of those of `operands`. */
	readonly all: boolean;
	readonly place: Place;
	/** For a server that is named by a URL. */
	readonly credentials: Credentials;
}

/**
 * Ends calls of a running server.
 *
 * @returns 0 when all of them were in progress, 1 when not.
 * @throws {UsageError} for wrong arguments. @throws {RemoteError} when the server cannot be reached.
 */
export async function hangupCommand({ operands, all, place, credentials }: HangupArguments): Promise<number> {
	if (all ? operands.length > 0 : operands.length === 0)
		throw new UsageError("expected IDs of calls, or --all");
	const connection = await openConnection(place, credentials);
	const paint = paintHere();
	try {
		const ids = all ? (await connection.status()).calls.map(({ id }) => id) : operands;
		if (ids.length === 0) say("no calls in progress");
		let missing = 0;
		for (const id of ids) {
			const said = await connection.hangUp(id);
			const done = said !== undefined;
			// With --all, a call that has ended by itself meanwhile counts as hung up.
			if (!done && !all) missing += 1;
			say(
				`${clean(id)}  ${done ? paint("good", clean(said).replace(/^H/, "h")) : paint("bad", "no such call")}`,
			);
		}
		return missing === 0 ? 0 : 1;
	} finally {
		connection.close();
	}
}
