import { expect, test } from "bun:test";
import fc from "fast-check";
import { parseConfig } from "../../../src/config/config-file.ts";
import { rulesIn, withRules } from "../../../src/config/with-rules.ts";

const FILE = `# Of this box
UDPTCPPort = 5060

# SIP URIs as they are:
TranslationPattern = ^(sips?:.*)$
TranslationOutput = $1
# Numbers:
TranslationPattern=^(\\d+)$
# at the PBX
TranslationOutput = sip:$1@pbx.example.com\r

LogLevel = INFO
`;

function changed(file: string, rules: Parameters<typeof withRules>[1]): string {
	return withRules(Buffer.from(file), rules).toString();
}

test("the rules of a file that are not changed leave it as it is", () => {
	expect(rulesIn(Buffer.from(FILE)).map(({ pattern }) => pattern)).toEqual(["^(sips?:.*)$", "^(\\d+)$"]);
	expect(changed(FILE, rulesIn(Buffer.from(FILE)))).toBe(FILE);
});

test("a line that is changed is the only one, and a rule that moves takes its comments along", () => {
	const [first, second] = rulesIn(Buffer.from(FILE));
	if (!first || !second) return expect.unreachable();
	const output = "sip:$1@192.0.2.1";
	expect(changed(FILE, [first, { ...second, output }])).toBe(
		FILE.replace("sip:$1@pbx.example.com\r", "sip:$1@192.0.2.1\r"),
	);
	const moved = changed(FILE, [second, first]).split("\n");
	expect(moved.toSorted()).toEqual(FILE.split("\n").toSorted());
	expect(moved.indexOf("# Numbers:")).toBe(moved.indexOf("TranslationPattern=^(\\d+)$") - 1);
	expect(moved.indexOf("# Numbers:")).toBeLessThan(moved.indexOf("# SIP URIs as they are:"));
	expect(changed(FILE, [first])).toBe(
		FILE.replace(/# Numbers:\n[^\n]*\n[^\n]*\nTranslationOutput = sip[^\n]*\n/, ""),
	);
});

test("rules come to a file that has none", () => {
	expect(changed("UDPTCPPort = 5060\n", [{ pattern: "^(.*)$", output: "sip:$1@ä" }])).toBe(
		"UDPTCPPort = 5060\nTranslationPattern = ^(.*)$\nTranslationOutput = sip:$1@ä\n",
	);
});

test("whatever the rules are, the file then has them, and its other lines as they were", () => {
	const word = fc.stringMatching(/^[a-zé$^(][a-z0-9 =#é$^()*]{0,8}[a-z)]$/);
	const rule = fc.record({ pattern: word, output: word });
	const order = fc.array(fc.oneof(rule, fc.constantFrom(0, 1, 2)), { maxLength: 6 });
	const text = fc.array(
		fc.oneof(
			rule.map(({ pattern, output }) => `TranslationPattern = ${pattern}\n  TranslationOutput=${output}`),
			fc.constantFrom("# comment", "", "LogLevel = INFO", "#TranslationPattern = x"),
		),
		{ maxLength: 8 },
	);
	fc.assert(
		fc.property(text, order, (lines, wanted) => {
			const file = Buffer.from(`${lines.join("\n")}\n`);
			const before = rulesIn(file);
			const seen = new Set<number>();
			const rules = wanted.flatMap((each) => {
				if (typeof each !== "number") return each;
				const known = before[each];
				if (!known || seen.has(each)) return [];
				seen.add(each);
				return known;
			});
			const after = withRules(file, rules).toString();
			const plain = (all: readonly { pattern: string; output: string }[]) =>
				all.map(({ pattern, output }) => ({ pattern, output }));
			const { values } = parseConfig(after, "file");
			expect(plain(values.translationRules ?? [])).toEqual(plain(rules));
			const others = (whole: string) => whole.split("\n").filter((line) => line === "LogLevel = INFO");
			expect(others(after)).toEqual(others(file.toString()));
		}),
	);
});
