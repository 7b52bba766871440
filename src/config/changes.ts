import { isDeepStrictEqual } from "node:util";
import type { AnySetting } from "./setting.ts";
import { SETTING_ENTRIES, type Settings } from "./settings.ts";

/** What has changed between two readings: names of settings, in the table's order. */
export interface SettingChanges {
	/** Those that a running server takes over. */
	readonly live: readonly string[];
	/** Those that need a restart. */
	readonly restart: readonly string[];
}

/** Compares settings; where in a file a rule or an account is written does not count. */
export function changesBetween(before: Settings, after: Settings): SettingChanges {
	const live: string[] = [];
	const restart: string[] = [];
	for (const [key, setting] of SETTING_ENTRIES) {
		if (isDeepStrictEqual(comparable(before[key], setting), comparable(after[key], setting))) continue;
		(setting.live ? live : restart).push(nameOf(setting));
	}
	return { live, restart };
}

/** The settings of a server that has taken over what it can. */
export function takeOverLive(running: Settings, read: Settings): Settings {
	const taken = SETTING_ENTRIES.filter(([, { live }]) => live).map(([key]) => [key, read[key]]);
	return { ...running, ...Object.fromEntries(taken) };
}

function comparable(value: unknown, setting: AnySetting): unknown {
	if (setting.kind === "single" || !Array.isArray(value)) return value;
	return value.map((group) => Object.keys(setting.fields).map((field) => group[field]));
}

/** A group goes by the name of its first field. */
function nameOf(setting: AnySetting): string {
	if (setting.kind === "single") return setting.name;
	return Object.values(setting.fields)[0]?.name ?? "";
}
