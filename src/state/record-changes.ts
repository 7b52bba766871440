/** Plain data, as JSON has it; a member that is undefined is not there. */
type Members = Readonly<Record<string, unknown>>;

/**
 * What is different in a record since an earlier one, for {@link withChanges}: the members that have changed, null for
 * those that are gone, and of objects again only what is different. Lists are repeated whole. Records have no null, and only names of ours.
 */
export function changesOf(before: object, after: object): object {
	return membersChanged(before as Members, after as Members) ?? {};
}

/** @returns undefined when nothing is different. */
function membersChanged(before: Members, after: Members): Members | undefined {
	let changes: Record<string, unknown> | undefined;
	for (const name in after) {
		const is = after[name];
		const was = before[name];
		if (is === was || is === undefined) continue;
		const change = isObject(is) && isObject(was) ? objectChanged(was, is) : is;
		if (change === undefined) continue;
		changes ??= {};
		changes[name] = change;
	}
	for (const name in before) {
		if (before[name] === undefined || after[name] !== undefined) continue;
		changes ??= {};
		changes[name] = null;
	}
	return changes;
}

function objectChanged(before: object, after: object): unknown {
	if (!Array.isArray(before) && !Array.isArray(after))
		return membersChanged(before as Members, after as Members);
	const isSame = Array.isArray(before) && Array.isArray(after) && isSameList(before, after);
	return isSame ? undefined : after;
}

function isSameList(before: readonly unknown[], after: readonly unknown[]): boolean {
	if (before.length !== after.length) return false;
	return after.every((is, index) => {
		const was = before[index];
		return is === was || (isObject(is) && isObject(was) && objectChanged(was, is) === undefined);
	});
}

/** @param changes from {@link changesOf}, read as JSON, as the record. */
export function withChanges(record: unknown, changes: unknown): unknown {
	if (!isMembers(record) || !isMembers(changes)) return changes;
	const members = new Map(Object.entries(record));
	for (const [name, change] of Object.entries(changes)) {
		if (change === null) members.delete(name);
		else members.set(name, withChanges(members.get(name), change));
	}
	return Object.fromEntries(members);
}

function isObject(value: unknown): value is object {
	return typeof value === "object" && value !== null;
}

function isMembers(value: unknown): value is Members {
	return isObject(value) && !Array.isArray(value);
}
