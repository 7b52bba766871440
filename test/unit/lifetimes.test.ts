import { expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { SETTING_ENTRIES } from "../../src/config/settings.ts";
import { PROJECT, sources } from "../support/sources.ts";

/** A row of the tables of docs/lifetimes.md. */
interface Row {
	readonly what: string;
	/** As it is written. */
	readonly time: string;
	/** Empty for a setting. */
	readonly file: string;
	readonly constant: string;
	readonly testFile: string;
	/** How the title of the test begins. */
	readonly title: string;
}

const page = readFileSync(join(PROJECT, "docs/lifetimes.md"), "utf8");
const ROWS: Row[] = page
	.split("\n")
	.filter((line) => line.startsWith("|") && !/^\| (what|---)|^\|---/.test(line))
	.map((line) => {
		const [what = "", time = "", where = "", proof = ""] = line.slice(2, -2).split(" | ");
		const [, file = "", constant = ""] = /^`(src\/[^`]+)`(?: `(\w+)`)?$/.exec(where) ?? [];
		const [, testFile = "", title = ""] = /^`(test\/[^`]+)`: (.+)$/.exec(proof) ?? [];
		if (file === "" && where !== "setting") throw new Error(`${what}: no file and no setting`);
		return { what, time, file, constant, testFile, title };
	});

/** The number that a constant of the program is set to. */
function numberOf(code: string, constant: string): number {
	const [, text = ""] = new RegExp(`\\bconst ${constant}(?:: \\w+)? = ([\\d_]+);`).exec(code) ?? [];
	return text === "" ? Number.NaN : Number(text.replaceAll("_", ""));
}

test.each(ROWS)(
	"$what: the place of its value and its test are there",
	({ time, file, constant, testFile, title }) => {
		if (file !== "") expect(existsSync(join(PROJECT, file))).toBe(true);
		const seconds = Number(/^(\d+) s\b/.exec(time)?.[1]);
		if (constant !== "") {
			const code = readFileSync(join(PROJECT, file), "utf8");
			// Constants are in milliseconds or in seconds.
			expect([seconds, seconds * 1000]).toContain(numberOf(code, constant));
		}
		expect(readFileSync(join(PROJECT, testFile), "utf8")).toContain(`"${title}`);
	},
);

test("the defaults of settings are those of the program", () => {
	const defaults = new Map(
		SETTING_ENTRIES.flatMap(([, setting]) =>
			setting.kind === "single" ? [[setting.name, setting.default] as const] : [],
		),
	);
	const rows = ROWS.flatMap(({ time }) => {
		const [, number, name] = /^(\d+) (?:s|days), `(\w+)`$/.exec(time) ?? [];
		return name === undefined ? [] : [[name, Number(number)]];
	});
	expect(rows.length).toBeGreaterThan(3);
	for (const [name, value] of rows) expect([name, defaults.get(String(name))]).toEqual([name, value]);
});

/** How constants that are lengths of time are called. */
const TIMES =
	/\bconst (\w*(?:LIFETIME|INTERVAL|TIMEOUT|EXPIRY|PAUSE|DELAY|FORGOTTEN|PATIENCE|SILENCE|DEADLINE|GRACE|KEEP_ALIVE|KEEP_ALIVE_MS|MEMORY|MAX_AGE|RETRY\w*|_TIME))(?:: \w+)? = ([\d_]+);/g;

/** In seconds, those that are not a minute long. */
const IN_SECONDS = new Set(["EXPIRY", "LONGEST_EXPIRY", "SHORTEST_INTERVAL", "LONGEST_INTERVAL", "MAX_AGE"]);

test("no constant of a minute or more is missing", () => {
	const known = new Set(ROWS.map(({ file, constant }) => `${file} ${constant}`));
	const missing = sources()
		.filter(({ path }) => !path.startsWith("simulator/"))
		.flatMap(({ path, code }) =>
			[...code.matchAll(TIMES)]
				.filter(([, name = "", digits = ""]) => {
					const value = Number(digits.replaceAll("_", ""));
					return (IN_SECONDS.has(name) ? value * 1000 : value) >= 60_000;
				})
				.map(([, name]) => `src/${path} ${name}`),
		)
		.filter((place) => !known.has(place));
	expect(missing).toEqual([]);
});
