import { expect, test } from "bun:test";
import { SETTING_ENTRIES } from "../../../src/config/settings.ts";
import { type Source, sources } from "../../support/sources.ts";

/** The settings of the table that no file outside of `src/config` reads. */
function unread(files: readonly Source[], keys: readonly string[]): string[] {
	const users = files.filter(
		({ path, code }) => !path.startsWith("config/") && code.includes('config/settings.ts"'),
	);
	return keys.filter((key) => {
		const read = new RegExp(`(?:\\bsettings\\.|[{,]\\s*)${key}\\b(?!:\\s*")`);
		return !users.some(({ code }) => read.test(code));
	});
}

test("every setting is read by some part of the server", () => {
	const keys = SETTING_ENTRIES.map(([key]) => key);
	expect(unread(sources(), keys)).toEqual([]);
});

test("a setting that nobody reads is found", () => {
	const head = 'import type { Settings } from "./config/settings.ts";\n';
	const files: Source[] = [
		{ path: "one.ts", code: `${head}use(settings.one);` },
		{ path: "two.ts", code: `${head}function use({ two, three }: Settings) {}` },
		{ path: "config/four.ts", code: `${head}settings.four` },
		{ path: "five.ts", code: "const { five } = elsewhere;" },
	];
	expect(unread(files, ["one", "two", "three", "four", "five", "on"])).toEqual(["four", "five", "on"]);
});
