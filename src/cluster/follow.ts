import { entriesOf, fieldsOf } from "./answers.ts";
import { type Engine, READ_WAIT } from "./engine.ts";

/**
 * Reads what is added to streams from now on, until the connection is another one.
 *
 * @param take gets the fields of each entry.
 * @param isOver asked before each read.
 * @throws {Error} when the connection is lost.
 */
export async function follow(
	engine: Engine,
	streams: readonly string[],
	take: (fields: Readonly<Record<string, string>>) => void,
	isOver: () => boolean,
): Promise<void> {
	const connection = engine.since;
	// What comes between two reads must not be missed, so that "$" would be good for the first one only.
	const from = await Promise.all(streams.map((stream) => lastOf(engine, stream)));
	while (!isOver() && engine.since === connection) {
		const answer = await engine.read("XREAD", [
			"COUNT",
			"500",
			"BLOCK",
			String(READ_WAIT),
			"STREAMS",
			...streams,
			...from,
		]);
		for (const [index, stream] of streams.entries()) {
			for (const entry of entriesOf(answer, stream)) {
				from[index] = String(entry[0]);
				take(fieldsOf(entry));
			}
		}
	}
}

/** The id of the last entry of a stream. */
async function lastOf(engine: Engine, stream: string): Promise<string> {
	const answer = await engine.send("XREVRANGE", [stream, "+", "-", "COUNT", "1"]);
	const entry: unknown = Array.isArray(answer) ? answer[0] : undefined;
	return Array.isArray(entry) ? String(entry[0]) : "0-0";
}
