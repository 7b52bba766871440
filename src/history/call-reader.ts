import type { Database, Statement } from "../runtime/sqlite.ts";
import { DamagedRowError, HISTORY_COLUMNS, type HistoryRow, isCount, readCall } from "./call-row.ts";
import { SEQ_PER_MILLISECOND } from "./call-writer.ts";
import { containsPattern } from "./contains-pattern.ts";
import { daysUpTo } from "./local-days.ts";
import { bareLike, numberPattern } from "./number-pattern.ts";
import { readSteps } from "./steps.ts";
import type { DayCount, HistoryCall, HistoryCallDetails, HistoryFilter } from "./types.ts";

/** Calls examined before others get their turn: one to three milliseconds. */
const SLICE = 1000;

const SLICE_END = `
SELECT seq FROM call WHERE seq < $before AND seq >= $from ORDER BY seq DESC LIMIT 1 OFFSET ${SLICE - 1}`;

const NAMED = "(SELECT value FROM json_each($named))";

const FIND = `
SELECT seq, ${HISTORY_COLUMNS} FROM call
WHERE seq < $before AND seq >= $from
	AND ($way IS NULL OR way = $way)
	AND ($class IS NULL OR (code >= $class * 100 AND code < $class * 100 + 100))
	AND ($pattern IS NULL OR initiator LIKE $pattern ESCAPE '\\' OR destination LIKE $pattern ESCAPE '\\'
		OR initiator_uri LIKE $pattern ESCAPE '\\' OR destination_uri LIKE $pattern ESCAPE '\\'
		OR ($number IS NOT NULL AND (${bareLike("initiator", "$number")} OR ${bareLike("destination", "$number")}
			OR initiator_uri LIKE $number OR destination_uri LIKE $number))
		OR ($named IS NOT NULL AND (initiator IN ${NAMED} OR destination IN ${NAMED}
			OR initiator_uri IN ${NAMED} OR destination_uri IN ${NAMED})))
ORDER BY seq DESC LIMIT $limit`;

/** The result of one look at the table. */
export interface Slice {
	readonly calls: readonly HistoryCall[];
	/** Calls before this place have not been examined yet; undefined if there are none. */
	readonly before: number | undefined;
}

type Range = { $before: number; $from: number };
type Find = Range & {
	$way: string | null;
	$class: number | null;
	$pattern: string | null;
	$number: string | null;
	/** A JSON array. */
	$named: string | null;
	$limit: number;
};
type DayRow = { day: string; calls: number; answered: number; refused: number };

/** Reads the database, in steps short enough for the calls that go on meanwhile. */
export class CallReader {
	readonly #sliceEnd: Statement<{ seq: number }, [Range]>;
	readonly #find: Statement<HistoryRow & { seq: number }, [Find]>;
	readonly #byId: Statement<HistoryRow & { steps: string }, [string]>;
	readonly #days: Statement<DayRow, [string]>;

	constructor(db: Database) {
		this.#sliceEnd = db.prepare(SLICE_END);
		this.#find = db.prepare(FIND);
		this.#byId = db.prepare(`SELECT ${HISTORY_COLUMNS}, steps FROM call WHERE id = ?`);
		this.#days = db.prepare("SELECT day, calls, answered, refused FROM day WHERE day >= ?");
	}

	/**
	 * Examines the next calls, newest first.
	 *
	 * @param before place to start from; undefined for the latest call.
	 * @param limit how many are wanted.
	 */
	slice(filter: HistoryFilter, before: number | undefined, limit: number): Slice {
		const to = placeOf(filter.to ?? Number.POSITIVE_INFINITY);
		const range = { $before: Math.min(before ?? to, to), $from: placeOf(filter.from ?? 0) };
		const choosy =
			filter.text ||
			filter.way !== undefined ||
			filter.resultClass !== undefined ||
			filter.owns !== undefined;
		// If every call is wanted, the limit ends the look soon enough.
		const end = choosy ? this.#sliceEnd.get(range)?.seq : undefined;
		const rows = this.#find.all({
			$before: range.$before,
			$from: end ?? range.$from,
			$way: filter.way ?? null,
			$class: filter.resultClass ?? null,
			$pattern: filter.text ? containsPattern(filter.text) : null,
			$number: numberPattern(filter.text ?? "") ?? null,
			$named: filter.named ? JSON.stringify(filter.named) : null,
			// One more, to know whether others follow. Whose a call is only the caller knows, so all of a slice are asked.
			$limit: filter.owns ? SLICE : limit + 1,
		});
		const found = filter.owns ? ownRows(rows, filter.owns) : rows;
		const calls = found.slice(0, limit);
		return { calls: calls.map(readCall), before: found.length > limit ? calls.at(-1)?.seq : end };
	}

	/** A call with its steps; undefined if the ID is unknown. */
	call(id: string): HistoryCallDetails | undefined {
		const row = this.#byId.get(id);
		return row ? { ...readCall(row), steps: readSteps(row.steps, row.started_at) } : undefined;
	}

	/** The counts of the last days, oldest first. @param now milliseconds since 1970. */
	days(now: number, count: number): DayCount[] {
		const days = daysUpTo(now, count);
		const rows = new Map(this.#days.all(days[0] ?? "").map((row) => [row.day, row]));
		return days.map((day) => {
			const { calls, answered, refused } = rows.get(day) ?? { calls: 0, answered: 0, refused: 0 };
			if (![calls, answered, refused].every(isCount)) throw new DamagedRowError("a count");
			return { day, calls, answered, refused, ...(calls > 0 && { answerRate: answered / calls }) };
		});
	}

	/** Releases the database. */
	close(): void {
		for (const statement of [this.#sliceEnd, this.#find, this.#byId, this.#days]) statement.finalize();
	}
}

/** The place of the first call that may have started at a time. @param time milliseconds since 1970. */
function placeOf(time: number): number {
	return Math.min(Math.max(0, Math.ceil(time) * SEQ_PER_MILLISECOND), Number.MAX_SAFE_INTEGER);
}

function ownRows<Row extends HistoryRow>(rows: readonly Row[], owns: (call: HistoryCall) => boolean): Row[] {
	return rows.filter((row) => owns(readCall(row)));
}
