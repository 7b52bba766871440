import { nearestName } from "./nearest-name.ts";
import { type ConfigProblem, problem, type SettingPlace } from "./problem.ts";
import type { AnySetting, GroupField } from "./setting.ts";
import { SETTING_ENTRIES, type Settings, type SettingValues } from "./settings.ts";
import type { ValueType } from "./value-type.ts";

/** A name and a value, as they were written. */
export interface Assignment extends SettingPlace {
	readonly name: string;
	readonly value: string;
	/** The option of the command line that stood for the name. */
	readonly option?: string;
}

/** The result of all assignments. */
export interface Assigned {
	readonly values: SettingValues;
	readonly problems: readonly ConfigProblem[];
}

interface KnownName {
	readonly key: keyof Settings;
	readonly setting: AnySetting;
	/** Set for a field of a group. */
	readonly field?: string;
}

const KNOWN_NAMES: ReadonlyMap<string, KnownName> = new Map(
	SETTING_ENTRIES.flatMap(([key, setting]): [string, KnownName][] =>
		setting.kind === "single"
			? [setting.name, ...(setting.aliases ?? [])].map((name) => [name.toLowerCase(), { key, setting }])
			: Object.entries(setting.fields).map(([field, { name }]) => [
					name.toLowerCase(),
					{ key, setting, field },
				]),
	),
);

const SUGGESTED_NAMES: readonly string[] = SETTING_ENTRIES.flatMap(([, setting]) =>
	setting.kind === "single"
		? [setting.name, ...(setting.aliases ?? [])]
		: Object.values(setting.fields).map(({ name }) => name),
);

/** Whether there is a setting of this name, in whatever case. */
export function isKnownName(name: string): boolean {
	return KNOWN_NAMES.has(name.toLowerCase());
}

/** The hint for an unknown name: the setting with the nearest name. */
export function suggestion(name: string): string {
	const nearest = nearestName(name, SUGGESTED_NAMES);
	return nearest === undefined ? "unknown setting" : `unknown setting; did you mean ${nearest}?`;
}

/** Reads values according to the types of their settings. Unknown names are warnings, bad values are errors. */
export function assign(assignments: readonly Assignment[]): Assigned {
	const reader = new AssignmentReader();
	for (const assignment of assignments) reader.read(assignment);
	return reader.finish();
}

interface OpenGroup {
	readonly first: Assignment;
	readonly values: Map<string, unknown>;
	/** A bad value was reported: nothing more is said about this group. */
	broken: boolean;
}

class AssignmentReader {
	readonly #values = new Map<keyof Settings, unknown>();
	readonly #groups = new Map<keyof Settings, OpenGroup[]>();
	readonly #problems: ConfigProblem[] = [];
	/** Where each setting that has one value was set last. */
	readonly #set = new Map<keyof Settings, Assignment>();

	read(assignment: Assignment): void {
		const known = KNOWN_NAMES.get(assignment.name.toLowerCase());
		if (!known) {
			// It may be a password whose name was misspelt: show no value, and no more than a word.
			const setting = /^[\w.-]{1,40}/.exec(assignment.name)?.[0] ?? "?";
			this.#add("warning", assignment, setting, suggestion(assignment.name));
		} else if (known.setting.kind === "group") {
			this.#readField(assignment, known.key, known.setting.fields, known.field ?? "");
		} else {
			const { key, setting } = known;
			this.#repeated(assignment, this.#set.get(key));
			this.#set.set(key, assignment);
			if (assignment.value === "" && setting.emptyIsDefault) this.#values.delete(key);
			else this.#parse(assignment, setting, (value) => this.#values.set(key, value));
		}
	}

	/** The last value counts, but the other one may have been intended. */
	#repeated(assignment: Assignment, earlier: Assignment | undefined): void {
		if (!earlier) return;
		const where = earlier.option ?? `line ${earlier.line}`;
		const text = `set twice: this value replaces that of ${where}`;
		this.#add("warning", assignment, assignment.option ?? assignment.name, text);
	}

	finish(): Assigned {
		for (const [key, setting] of SETTING_ENTRIES) {
			if (setting.kind !== "group") continue;
			const groups = this.#groups.get(key);
			if (!groups) continue;
			const complete = groups.flatMap((group) => this.#complete(group, setting.fields));
			this.#values.set(key, complete);
		}
		return { values: Object.fromEntries(this.#values) as SettingValues, problems: sorted(this.#problems) };
	}

	#readField(
		assignment: Assignment,
		key: keyof Settings,
		fields: Readonly<Record<string, GroupField<unknown>>>,
		name: string,
	): void {
		const field = fields[name];
		const [firstName = ""] = Object.keys(fields);
		if (!field) return;
		const groups = this.#groups.get(key) ?? [];
		this.#groups.set(key, groups);
		if (name === firstName) groups.push({ first: assignment, values: new Map(), broken: false });
		const group = groups.at(-1);
		const firstField = fields[firstName]?.name ?? "";
		const many = field.many !== undefined;
		if (!group || (group.values.has(name) && !many)) {
			const missing = `expected a ${firstField} before it: they belong together`;
			this.#add("error", assignment, assignment.option ?? field.name, missing);
			return;
		}
		const before = group.values.get(name) ?? [];
		// Set before it is parsed: a bad value is not a missing one as well.
		group.values.set(name, many ? before : undefined);
		const good = this.#parse(assignment, field, (value) =>
			group.values.set(name, many && Array.isArray(before) ? [...before, value] : value),
		);
		group.broken ||= !good;
	}

	/** The group as a list of one; empty when it cannot be used. */
	#complete(group: OpenGroup, fields: Readonly<Record<string, GroupField<unknown>>>): unknown[] {
		if (group.broken) return [];
		const value: Record<string, unknown> = { file: group.first.file, line: group.first.line };
		for (const [key, field] of Object.entries(fields)) {
			if (group.values.has(key)) value[key] = group.values.get(key);
			else if ("default" in field) value[key] = field.default;
			else if (field.many === "any") value[key] = [];
			else {
				this.#add(
					"error",
					group.first,
					group.first.option ?? group.first.name,
					`expected a ${field.name} after it: they belong together`,
				);
				return [];
			}
		}
		return [value];
	}

	#parse(
		assignment: Assignment,
		setting: { readonly name: string; readonly type: ValueType<unknown>; readonly secret?: boolean },
		use: (value: unknown) => void,
	): boolean {
		const value = setting.type.parse(assignment.value);
		if (value !== undefined) {
			use(value);
			return true;
		}
		const { file, line } = assignment;
		const shown = setting.secret ? {} : { value: assignment.value };
		const name = assignment.option ?? setting.name;
		this.#problems.push(
			problem("error", { file, line, setting: name, ...shown, expected: setting.type.expected }),
		);
		return false;
	}

	#add(severity: ConfigProblem["severity"], place: SettingPlace, setting: string, text: string): void {
		this.#problems.push(problem(severity, { file: place.file, line: place.line, setting }, text));
	}
}

function sorted(problems: readonly ConfigProblem[]): ConfigProblem[] {
	return problems.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0));
}
