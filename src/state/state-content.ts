import { recordOf } from "../call/call-row.ts";
import type { Row } from "../row.ts";
import { type EndedCall, EndedCalls } from "./ended-calls.ts";
import type { Entry } from "./journal-lines.ts";
import type { Subjects } from "./journal-reader.ts";
import { changesOf, withChanges } from "./record-changes.ts";
import { ServerNotes } from "./server-notes.ts";

/** What the first line of a state file says it is. */
const KIND = "clicktocall-state";
const VERSION = 3;
/** In files of versions 1 and 2 records have names, and in those of version 1 there are no changes of them. */
const READABLE: readonly unknown[] = [1, 2, VERSION];

const PLUS = 0x2b;
const MINUS = 0x2d;
const TILDE = 0x7e;
const SPACE = 0x20;

/** What happened to one call since the last batch. */
export interface CallChange {
	readonly id: string;
	/** Null once nothing is left of the call, undefined while it is as it was. */
	readonly row: Row | null | undefined;
	/** What the file says of the call, if only what is different since then is to be written. */
	readonly before?: WrittenRow | undefined;
	/** What became of the call, as JSON, with the time in milliseconds since 1970. */
	readonly ended: EndedCall | undefined;
}

/** A record that is in the file. */
export interface WrittenRow {
	readonly row: Row;
	/** How often it was only told what is different, since it was written whole. */
	readonly changes: number;
}

/** The file is not one that this program can use; the message says why. */
export class StateFormatError extends Error {
	override readonly name = "StateFormatError";
}

interface Head {
	readonly kind: string;
	readonly version: number;
	readonly identity: string;
	/** In hexadecimal digits. */
	readonly key: string;
	readonly restores: number;
}

/**
 * The entries of a state file, and what they come to:
 *
 *     {"kind": …}          the first one: what this is
 *     +ID ROW              a call in progress
 *     ~ID NUMBER CHANGES   what is different since then, see changesOf; the first time, the second …
 *     -ID                  nothing is left of the call
 *     =ID AT CALL          what became of a call
 *     !                    all calls that were restored are written
 *     {…}                  see ServerNotes
 */
export class StateContent {
	key: Uint8Array;
	/** Entries that make no sense. */
	damaged = 0;
	/** Records of the calls that the process before has left, see {@link recordIn}; not kept up to date. */
	records = new Map<string, string[]>();
	/** Whether others that can read it would understand what this program writes. */
	isCurrent = true;
	/** What became of calls. */
	readonly ended = new EndedCalls();
	readonly notes = new ServerNotes();
	readonly #identity: string;

	private constructor(identity: string, key: Uint8Array) {
		this.#identity = identity;
		this.key = key;
	}

	/**
	 * @param entries none for a new file.
	 * @param key for a file that has none.
	 * @param damaged lines that could not be read.
	 * @throws {StateFormatError} when it is something else, of a later version, or of another identity.
	 */
	static read(entries: readonly string[], identity: string, key: Uint8Array, damaged = 0): StateContent {
		const content = new StateContent(identity, key);
		const [first, ...rest] = entries;
		if (first === undefined && damaged > 0) throw new StateFormatError("it is not a state file");
		if (first === undefined) return content;
		content.#readHead(first);
		for (const entry of rest) content.#read(entry);
		return content;
	}

	/** Everything, for a new file. */
	*entries(): Generator<Entry> {
		yield* this.entriesWithoutRecords();
		for (const [id, texts] of this.records) yield* texts.map((text, index) => recordEntry(id, text, index));
	}

	/** Some octets less than a new file would have. */
	get length(): number {
		let sum = 0;
		for (const texts of this.records.values()) for (const { length } of texts) sum += length;
		for (const [, { call }] of this.ended.all()) sum += call.length;
		return sum;
	}

	*entriesWithoutRecords(): Generator<Entry> {
		const { key, notes } = this;
		const head: Head = {
			kind: KIND,
			version: VERSION,
			identity: this.#identity,
			key: Buffer.from(key).toString("hex"),
			restores: notes.restores,
		};
		yield JSON.stringify(head);
		yield* this.notes.entries();
		for (const [id, ended] of this.ended.all()) yield endedEntry(id, ended);
	}

	#readHead(text: string): void {
		let head: Partial<Head>;
		try {
			head = JSON.parse(text);
		} catch {
			throw new StateFormatError("it is not a state file");
		}
		const { kind, version, identity, key = "", restores } = head;
		if (kind !== KIND) throw new StateFormatError("it is not a state file");
		if (!READABLE.includes(version))
			throw new StateFormatError(`its version is ${version}, expected ${VERSION}`);
		this.isCurrent = version === VERSION;
		if (identity !== this.#identity) {
			throw new StateFormatError(`its calls are those of ${identity}, expected ${this.#identity}`);
		}
		if (/^[0-9a-f]{64}$/.test(key)) this.key = Buffer.from(key, "hex");
		if (Number.isSafeInteger(restores)) this.notes.restores = Number(restores);
	}

	#readNote(entry: string): void {
		try {
			this.notes.read(entry);
		} catch {
			this.damaged += 1;
		}
	}

	/** Changes count as long as all those before them are there. */
	#readChanges(id: string, text: string): void {
		const record = this.records.get(id);
		const [, number = "", changes = ""] = /^(\d+) (.*)$/s.exec(text) ?? [];
		if (record?.length === Number(number)) record.push(changes);
		else this.damaged += 1;
	}

	#read(entry: string): void {
		// A file that took the place of another one begins with a head, too, which the notes pass over.
		if (entry.startsWith("{")) return this.#readNote(entry);
		const [, sign = "", id = "", rest = ""] = /^([-+~=!])(\S*) ?(.*)$/s.exec(entry) ?? [];
		if (sign === "+") this.records.set(id, [rest]);
		else if (sign === "~") this.#readChanges(id, rest);
		else if (sign === "-") this.records.delete(id);
		else if (sign === SETTLED) this.notes.restores = 0;
		else if (sign === "=") {
			const [, at = "", call = ""] = /^(\d+) (.*)$/s.exec(rest) ?? [];
			if (call === "") this.damaged += 1;
			else this.ended.set(id, { at: Number(at), call });
		} else this.damaged += 1;
	}
}

/** The entries for changes. */
export function entriesOf(changes: readonly CallChange[]): Entry[] {
	const entries: Entry[] = [];
	for (const { id, row, before, ended } of changes) {
		if (ended) entries.push(endedEntry(id, ended));
		if (row === null) entries.push(`-${id}`);
		else if (row && before) entries.push(recordEntry(id, changesOf(before.row, row), before.changes + 1));
		else if (row) entries.push(recordEntry(id, row, 0));
	}
	return entries;
}

/** Which entries are about the record of a call. */
export const CALL_ENTRIES: Subjects = {
	of: (entry) => {
		const [sign] = entry;
		if (sign !== PLUS && sign !== MINUS && sign !== TILDE) return undefined;
		const end = entry.indexOf(SPACE);
		return entry.toString("latin1", 1, end < 0 ? entry.length : end);
	},
	isWhole: ([sign]) => sign !== TILDE,
};

/** A record as it was written, as JSON: whole, and then what has changed. */
export type LeftRecord = readonly string[];

/** @returns plain data: a row, or a record of an earlier version of the file. @throws {SyntaxError} when it is no JSON. */
export function writtenIn(texts: LeftRecord): unknown {
	return texts.map((text): unknown => JSON.parse(text)).reduce(withChanges);
}

/** @returns plain data, which has the names of a record. @throws {SyntaxError} when it is no JSON. */
export function recordIn(texts: LeftRecord): unknown {
	const written = writtenIn(texts);
	return Array.isArray(written) ? recordOf(written) : written;
}

/** The entry that says that all calls that were restored are written. */
export const SETTLED = "!";

/**
 * @param text JSON, or a row that becomes JSON.
 * @param changes which changes of a record these are; 0 for a whole one.
 */
function recordEntry(id: string, text: string | readonly unknown[], changes: number): Entry {
	return [changes === 0 ? `+${id} ` : `~${id} ${changes} `, text];
}

function endedEntry(id: string, { at, call }: EndedCall): Entry {
	return [`=${id} ${at} `, call];
}
