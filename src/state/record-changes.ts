import type { Row } from "../row.ts";

/** What has come to the end of a list. */
interface More {
	readonly more: readonly unknown[];
}

/**
 * What is different in a row since an earlier one of the same call, for {@link withChanges}: a place, how many values
 * from there on are others, and these; then the next place. Of a list that has only become longer, only what has come to
 * its end.
 */
export function changesOf(before: Row, after: Row): readonly unknown[] {
	const changes: unknown[] = [];
	const length = Math.max(before.length, after.length);
	let end = -1;
	let countAt = 0;
	for (let place = 0; place < length; place += 1) {
		const is = after[place] ?? null;
		const was = before[place] ?? null;
		if (is === was) continue;
		const isList = Array.isArray(is) && Array.isArray(was) && beginsWith(is, was);
		if (isList && is.length === was.length) continue;
		if (place !== end) countAt = changes.push(place, 0) - 1;
		end = place + 1;
		changes[countAt] = end - Number(changes[countAt - 1]);
		changes.push(isList ? ({ more: is.slice(was.length) } satisfies More) : is);
	}
	return changes;
}

function beginsWith(list: readonly unknown[], beginning: readonly unknown[]): boolean {
	return list.length >= beginning.length && beginning.every((value, index) => value === list[index]);
}

/**
 * @param record read from JSON: a row; or, in files before version 3, a record with names.
 * @param changes what followed, read from JSON: of a row, or of a record.
 */
export function withChanges(record: unknown, changes: unknown): unknown {
	if (!Array.isArray(record) || !Array.isArray(changes)) return withNamedChanges(record, changes);
	const row: unknown[] = [...record];
	for (let index = 0; index < changes.length; ) {
		const [place, count]: unknown[] = changes.slice(index, index + 2);
		const end = Number(place) + Number(count);
		index += 2;
		for (let at = Number(place); at < end; at += 1, index += 1) row[at] = changed(row[at], changes[index]);
	}
	return row;
}

function changed(was: unknown, change: unknown): unknown {
	return isMore(change) && Array.isArray(was) ? [...was, ...change.more] : change;
}

function isMore(change: unknown): change is More {
	return isMembers(change) && Array.isArray(change.more);
}

/** Files of version 2 have names, null for members that are gone, and of objects again only what is different. */
function withNamedChanges(record: unknown, changes: unknown): unknown {
	if (!isMembers(record) || !isMembers(changes)) return changes;
	const members = new Map(Object.entries(record));
	for (const [name, change] of Object.entries(changes)) {
		if (change === null) members.delete(name);
		else members.set(name, withNamedChanges(members.get(name), change));
	}
	return Object.fromEntries(members);
}

function isMembers(value: unknown): value is Readonly<Record<string, unknown>> {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}
