import type { AnyGroup } from "../config/group-blocks.ts";
import { entryNamed } from "../config/place-for.ts";
import { SETTING_ENTRIES } from "../config/settings.ts";
import { groupAtLine } from "../config/with-groups.ts";
import type { SettingsProblem } from "../http/box/settings-types.ts";
import type { RowGroup } from "../words/settings/types.ts";

/** What one of the groups of lines is called in a message. */
const NOUNS: Readonly<Record<RowGroup, string>> = {
	TranslationPattern: "rule",
	SipAuthUser: "account",
	HttpUser: "user",
	HttpApiToken: "token",
	Webhook: "webhook",
};

/** Something wrong with a configuration that is not written yet. */
export interface PlacedProblem extends SettingsProblem {
	/** Its line there, from 1. */
	readonly line?: number;
}

/**
 * What a check has said of a configuration, for people who do not see its lines: a rule or a user is named by its number,
 * and any other line by what it says.
 *
 * @param staged the file that was checked, which is gone by then.
 */
export function placedProblem(message: string, config: Buffer, staged: string, name?: string): PlacedProblem {
	const at = message.startsWith(`${staged}:`) ? message.slice(staged.length + 1) : "";
	const [start = "", number] = /^(\d+): /.exec(at) ?? [];
	const text = (start === "" ? message : at.slice(start.length)).replaceAll(staged, "the configuration");
	const setting = name ?? settingIn(text);
	if (number === undefined) return { setting, message: text };
	const line = Number(number);
	return { setting, line, message: `${groupOf(config, line)}${text}` };
}

/** The message without the number of its rule or user, for where that is seen. */
export function messageInRow({ message }: SettingsProblem): string {
	return message.replace(new RegExp(`^(?:${Object.values(NOUNS).join("|")}) \\d+: `), "");
}

function groupOf(config: Buffer, line: number): string {
	for (const [, setting] of SETTING_ENTRIES) {
		if (setting.kind !== "group") continue;
		const place = groupAtLine(config, setting, line);
		if (place !== undefined) return `${nounOf(setting)} ${place + 1}: `;
	}
	return "";
}

function nounOf(setting: AnyGroup): string {
	const nouns: Readonly<Record<string, string>> = NOUNS;
	const [first] = Object.values(setting.fields);
	return nouns[first?.name ?? ""] ?? "group";
}

/** The setting that a message is about: the first one that it names. */
function settingIn(message: string): string | undefined {
	return message.match(/\b[A-Z]\w+\b/g)?.find((word) => entryNamed(word) !== undefined);
}
