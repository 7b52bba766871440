import { expect, test } from "bun:test";
import { TEXTS, wantedLanguage } from "../../../src/words/languages.ts";

test.each([
	["de", "de"],
	["de-CH,de;q=0.9,en;q=0.8", "de"],
	["nl, fr;q=0.5, es;q=0.7", "es"],
	["ES-mx", "es"],
	["fr;q=0, en;q=0.1", "en"],
	["*", "en"],
	["nl,*;q=0.5,de;q=0.4", "en"],
	["de;q=x, fr", "fr"],
	["", "en"],
	[undefined, "en"],
] as const)("a browser that says %p gets %s", (header, language) => {
	expect(wantedLanguage(header)).toBe(language);
});

/** Every text of a language with where it stands; texts with a blank to fill in are functions. */
function flat(value: unknown, path = ""): [string, string][] {
	if (typeof value === "function") return [[path, String(value(1, 2, 3))]];
	if (typeof value !== "object" || value === null) return [[path, String(value)]];
	return Object.entries(value).flatMap(([name, inner]) => flat(inner, `${path}.${name}`));
}

test("no text of a language is empty or left in English", () => {
	const english = new Map(flat(TEXTS.en));
	/** Words that are the same in two languages. */
	const same = new Set(["Code", "Pages", "Administration", "transfer"]);
	for (const language of ["de", "fr", "es"] as const)
		for (const [path, text] of flat(TEXTS[language])) {
			expect([language, path, text.trim()]).not.toEqual([language, path, ""]);
			if (text.length > 3 && !same.has(text))
				expect([language, path, text]).not.toEqual([language, path, english.get(path)]);
		}
});
