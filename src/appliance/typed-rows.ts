import type { AnyGroup } from "../config/group-blocks.ts";
import type { GroupField } from "../config/setting.ts";
import { SETTINGS } from "../config/settings.ts";
import { groupAtLine, groupsIn, type WrittenGroup } from "../config/with-groups.ts";
import type { SettingsProblem, ShownRow } from "../http/box/settings-types.ts";
import { HASHES_PREFIX, hashesOf, storedHashes } from "../password-hashes.ts";
import { messageInRow, type PlacedProblem } from "./problem-place.ts";

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to refuse.
const CONTROL = /[\0-\x1f\x7f]/;

/** Rows of a page as groups of the file. */
export interface TypedGroups {
	readonly groups: readonly WrittenGroup[];
	/** Which row each of them is of: one that is new and empty is none. */
	readonly rows: readonly number[];
	readonly problems: readonly SettingsProblem[];
}

/** The groups of a setting in a file, as the pages show them: without what is secret. */
export function shownRows(config: Buffer, setting: AnyGroup): ShownRow[] {
	const fields = Object.values(setting.fields);
	return groupsIn(config, setting).map(({ values, from }) => ({
		values: Object.fromEntries(fields.map(({ name, secret }) => [name, secret ? [] : (values[name] ?? [])])),
		from,
		secrets: Object.fromEntries(fields.flatMap((field) => toldOf(field, values[field.name]?.[0] ?? ""))),
	}));
}

function toldOf({ name, secret, shown }: GroupField<unknown>, written: string): [string, string][] {
	return secret && written !== "" ? [[name, shown?.(written) ?? ""]] : [];
}

/** What rows that were typed are in the file. A secret that is left empty stays what it was. */
export function groupsOf(config: Buffer, setting: AnyGroup, typed: readonly ShownRow[]): TypedGroups {
	const known = groupsIn(config, setting);
	const fields = Object.values(setting.fields);
	const groups: WrittenGroup[] = [];
	const rows: number[] = [];
	const problems: SettingsProblem[] = [];
	for (const [row, { values, from, without = [] }] of typed.entries()) {
		const old = known[from ?? -1];
		const isEmpty = fields.every(({ name }) => listOf(values[name]).length === 0);
		if (!old && isEmpty) continue;
		const written = fields.map((field) => {
			const before = old?.values[field.name] ?? [];
			const [list, none] = [listOf(values[field.name]), without.includes(field.name)];
			if (list.some((text) => CONTROL.test(text)))
				problems.push({ setting: field.name, row, message: `${field.name}: expected text in one line` });
			return [field.name, valuesOf(field, list, before, none)] as const;
		});
		const group = { values: Object.fromEntries(written), from: old && from };
		const stored = setting === SETTINGS.httpUsers ? withHashes(group, old) : group;
		if (stored) groups.push(stored);
		else problems.push({ ...RENAMED, row });
		rows.push(row);
	}
	return { groups, rows, problems };
}

/** Which row a problem with a file is about, by its line. */
export function atRow(
	{ line, ...problem }: PlacedProblem,
	{
		config,
		setting,
		rows,
	}: { readonly config: Buffer; readonly setting: AnyGroup; readonly rows: readonly number[] },
): SettingsProblem {
	const group = line === undefined ? undefined : groupAtLine(config, setting, line);
	const row = rows[group ?? -1];
	if (row === undefined) return problem;
	const message = messageInRow(problem);
	const missing = /expected a (\w+) after it/.exec(message)?.[1];
	return { ...problem, row, message, setting: missing ?? problem.setting };
}

function listOf(values: readonly string[] | undefined): string[] {
	return (values ?? []).map((text) => text.trim()).filter((text) => text !== "");
}

function valuesOf(
	field: GroupField<unknown>,
	typed: readonly string[],
	before: readonly string[],
	none: boolean,
): readonly string[] {
	if (field.secret && none && "default" in field) return [];
	if (typed.length > 0) return typed;
	if (field.secret && before.length > 0) return before;
	if (field.many !== undefined) return [];
	const isWritten = !("default" in field) || before[0] === "";
	return isWritten ? [""] : [];
}

const { name: USER, password: PASSWORD } = SETTINGS.httpUsers.fields;

const RENAMED: SettingsProblem = {
	setting: PASSWORD.name,
	message: `${PASSWORD.name}: expected the password again, since what is stored of it belongs to the name`,
};

/** A user whose password is kept as its hashes; undefined where these would be of another name. */
function withHashes(group: WrittenGroup, old: WrittenGroup | undefined): WrittenGroup | undefined {
	const [[user = ""] = [], [password = ""] = []] = [USER, PASSWORD].map(({ name }) => group.values[name]);
	const [[oldUser] = [], [oldPassword] = []] = [USER, PASSWORD].map(({ name }) => old?.values[name]);
	const isKept = password === oldPassword;
	if (isKept && password.startsWith(HASHES_PREFIX) && user !== oldUser) return undefined;
	if (isKept || password === "" || password.startsWith(HASHES_PREFIX)) return group;
	const hashes = storedHashes(hashesOf(user, password));
	return { ...group, values: { ...group.values, [PASSWORD.name]: [hashes] } };
}
