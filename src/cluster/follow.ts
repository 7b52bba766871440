import { entriesOf, fieldsOf } from "./answers.ts";
import { type Engine, READ_WAIT } from "./engine.ts";

/** Streams, and the id of the last entry of each that is known. */
export type Positions = Map<string, string>;

/** The ends of streams as they are now. @throws {EngineError} */
export async function endsOf(engine: Pick<Engine, "send">, streams: readonly string[]): Promise<Positions> {
	// "$" would miss what comes between two reads.
	const ends = streams.map(async (stream): Promise<[string, string]> => {
		const answer = await engine.send("XREVRANGE", [stream, "+", "-", "COUNT", "1"]);
		const entry: unknown = Array.isArray(answer) ? answer[0] : undefined;
		return [stream, Array.isArray(entry) ? String(entry[0]) : "0-0"];
	});
	return new Map(await Promise.all(ends));
}

/**
 * Reads what is added to streams, until the connection is another one.
 *
 * @param positions where to go on from.
 * @param take gets the fields of each entry.
 * @param isOver asked before each read.
 * @throws {EngineError} when the connection is lost.
 */
export async function follow(
	engine: Pick<Engine, "read" | "since">,
	positions: Positions,
	take: (fields: Readonly<Record<string, string>>) => void,
	isOver: () => boolean,
): Promise<void> {
	const connection = engine.since;
	while (!isOver() && engine.since === connection) {
		const wait = ["COUNT", "500", "BLOCK", String(READ_WAIT)];
		const answer = await engine.read("XREAD", [
			...wait,
			"STREAMS",
			...positions.keys(),
			...positions.values(),
		]);
		for (const stream of positions.keys()) {
			for (const entry of entriesOf(answer, stream)) {
				positions.set(stream, String(entry[0]));
				take(fieldsOf(entry));
			}
		}
	}
}
