import type { Database, Statement } from "../runtime/sqlite.ts";
import type { CallRecord } from "./call-record.ts";
import { LocalDays } from "./local-days.ts";

/** How many calls can start in a millisecond without spilling into the next one; see `schema.ts`. */
export const SEQ_PER_MILLISECOND = 1024;

const INSERT = `
INSERT INTO call (seq, id, started_at, ended_at, answered_at, initiator, destination, initiator_uri,
	destination_uri, way, state, code, leg, text, ended_by, via, peer, user, steps)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (id) DO UPDATE SET ended_at = excluded.ended_at, answered_at = excluded.answered_at,
	way = excluded.way, state = excluded.state, code = excluded.code, leg = excluded.leg, text = excluded.text,
	ended_by = excluded.ended_by, steps = excluded.steps`;

const COUNT = `
INSERT INTO day (day, calls, answered, refused) VALUES (?, ?, ?, ?)
ON CONFLICT (day) DO UPDATE SET calls = calls + excluded.calls, answered = answered + excluded.answered,
	refused = refused + excluded.refused`;

const SWEEP = "DELETE FROM call WHERE seq IN (SELECT seq FROM call WHERE seq < ? ORDER BY seq LIMIT ?)";

const INTERRUPT =
	"UPDATE call SET state = 'interrupted' WHERE state NOT IN ('ended', 'refused', 'interrupted')";

interface Counts {
	calls: number;
	answered: number;
	refused: number;
}

/** Writes records into the database. */
export class CallWriter {
	readonly #db: Database;
	readonly #insert: Statement;
	readonly #count: Statement;
	readonly #sweepCalls: Statement;
	readonly #sweepDays: Statement;
	readonly #lastOf: Statement<{ last: number | null }, [number, number]>;
	readonly #first: Statement<{ seq: number }, []>;
	readonly #before: Statement<{ steps: string; answered_at: number | null }, [string]>;
	readonly #days = new LocalDays();
	/** The greatest `seq` assigned to a call. */
	#last: number;

	/** @throws {SQLiteError} when the database cannot be read. */
	constructor(db: Database) {
		this.#db = db;
		this.#insert = db.prepare(INSERT);
		this.#count = db.prepare(COUNT);
		this.#sweepCalls = db.prepare(SWEEP);
		this.#sweepDays = db.prepare("DELETE FROM day WHERE day < ?");
		this.#lastOf = db.prepare("SELECT max(seq) AS last FROM call WHERE seq >= ? AND seq < ?");
		this.#first = db.prepare("SELECT seq FROM call ORDER BY seq LIMIT 1");
		this.#before = db.prepare("SELECT steps, answered_at FROM call WHERE id = ?");
		this.#last = this.#lastOf.get(0, Number.MAX_SAFE_INTEGER)?.last ?? 0;
	}

	/**
	 * Writes the records as they are now, in one transaction: all of them or, if it throws, none.
	 *
	 * @throws {SQLiteError}
	 */
	write(records: readonly CallRecord[]): void {
		const days = new Map<string, Counts>();
		this.#inTransaction(() => {
			for (const record of records) {
				this.#write(record);
				this.#addTo(days, record);
			}
			for (const [day, { calls, answered, refused }] of days) this.#count.run(day, calls, answered, refused);
		});
		for (const record of records) {
			record.counted = true;
			record.countedAnswer = record.answeredAt !== undefined;
		}
	}

	/**
	 * Marks calls that are open in a newly opened file: they were cut off when its server went down. @returns
	 * how many.
	 */
	markInterrupted(): number {
		return this.#db.run(INTERRUPT).changes;
	}

	/**
	 * When the oldest call started, in milliseconds since 1970; undefined if there is none. @throws
	 * {SQLiteError}
	 */
	oldest(): number | undefined {
		const first = this.#first.get();
		return first ? Math.floor(first.seq / SEQ_PER_MILLISECOND) : undefined;
	}

	/**
	 * Deletes the oldest calls.
	 *
	 * @param before calls that started before this time, in milliseconds since 1970.
	 * @param count at most this many.
	 * @returns how many were deleted.
	 */
	sweep(before: number, count: number): number {
		let deleted = 0;
		this.#inTransaction(() => {
			deleted = this.#sweepCalls.run(before * SEQ_PER_MILLISECOND, count).changes;
			this.#sweepDays.run(this.#days.of(before));
		});
		return deleted;
	}

	/** Releases the database. */
	close(): void {
		for (const statement of [
			this.#insert,
			this.#count,
			this.#sweepCalls,
			this.#sweepDays,
			this.#lastOf,
			this.#first,
			this.#before,
		])
			statement.finalize();
	}

	#write(record: CallRecord): void {
		const { request, startedAt } = record;
		if (record.begunBefore) this.#continue(record);
		if (record.seq === 0) record.seq = this.#newSeq(startedAt);
		this.#insert.run(
			record.seq,
			record.id,
			startedAt,
			record.endedAt ?? null,
			record.answeredAt ?? null,
			request.initiator,
			request.destination,
			record.initiatorUri ?? null,
			record.destinationUri ?? null,
			record.way,
			record.state,
			record.code ?? null,
			record.leg ?? null,
			record.text ?? null,
			record.endedBy ?? null,
			request.origin.via,
			request.origin.peer ?? null,
			request.origin.user ?? null,
			record.steps,
		);
	}

	#continue(record: CallRecord): void {
		const before = this.#before.get(record.id);
		record.begunBefore = false;
		if (before) record.continue(before.steps, before.answered_at ?? undefined);
	}

	#addTo(days: Map<string, Counts>, record: CallRecord): void {
		const answered = record.answeredAt !== undefined && !record.countedAnswer;
		if (record.counted && !answered) return;
		const day = this.#days.of(record.startedAt);
		const counts = days.get(day) ?? { calls: 0, answered: 0, refused: 0 };
		days.set(day, counts);
		if (answered) counts.answered += 1;
		if (record.counted) return;
		if (record.state === "refused") counts.refused += 1;
		else counts.calls += 1;
	}

	/**
	 * The next number in the millisecond; usually no call is later, since calls come in the order of their
	 * start.
	 */
	#newSeq(startedAt: number): number {
		const first = startedAt * SEQ_PER_MILLISECOND;
		const end = first + SEQ_PER_MILLISECOND;
		if (first > this.#last) this.#last = first;
		else if (this.#last < end - 1) this.#last += 1;
		else return this.#earlierSeq(first, end);
		return this.#last;
	}

	/** The clock was set back, or the millisecond is full. */
	#earlierSeq(first: number, end: number): number {
		const last = this.#lastOf.get(first, end)?.last ?? first - 1;
		const next = last + 1;
		if (next === end) return this.#earlierSeq(end, end + SEQ_PER_MILLISECOND);
		this.#last = Math.max(this.#last, next);
		return next;
	}

	#inTransaction(work: () => void): void {
		this.#db.run("BEGIN IMMEDIATE");
		try {
			work();
			this.#db.run("COMMIT");
		} catch (error) {
			this.#rollBack();
			throw error;
		}
	}

	/** After some errors SQLite has already rolled back, after others it cannot; the first error counts. */
	#rollBack(): void {
		try {
			if (this.#db.inTransaction) this.#db.run("ROLLBACK");
		} catch {}
	}
}
