import { expect, test } from "bun:test";
import fc from "fast-check";
import { parseConfig } from "../../../src/config/config-file.ts";
import type { AnyGroup } from "../../../src/config/group-blocks.ts";
import { renderSampleConfig } from "../../../src/config/render-sample.ts";
import { SETTINGS } from "../../../src/config/settings.ts";
import { groupAtLine, groupsIn, type WrittenGroup, withGroups } from "../../../src/config/with-groups.ts";

const RULES = SETTINGS.translationRules;
const USERS = SETTINGS.httpUsers;

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

const TEAM = `#### Who may ####
#HttpUser = nobody

# Sales
HttpUser = anna
HttpUserPassword = one
HttpUserPhone = 201
HttpUserPhone = 202

# Support
HttpUser = bert
HttpUserPhone = 301
MaxCalls = 7
HttpUserPassword = two

HttpUser = voilà
HttpUserPassword = three
HttpUserPhone = 401
`;

const changed = (file: string, setting: AnyGroup, groups: readonly WrittenGroup[]): string =>
	withGroups(Buffer.from(file), setting, groups).toString();

const rule = (pattern: string, output: string): WrittenGroup => ({
	values: { TranslationPattern: [pattern], TranslationOutput: [output] },
});

function three(file: string, setting: AnyGroup): [WrittenGroup, WrittenGroup, WrittenGroup] {
	const [a, b, c] = groupsIn(Buffer.from(file), setting);
	if (!a || !b || !c) throw new Error("expected three groups");
	return [a, b, c];
}

test("groups that are not changed leave the file as it is", () => {
	for (const [file, setting] of [
		[FILE, RULES],
		[TEAM, USERS],
		[renderSampleConfig(), RULES],
	] as const)
		expect(changed(file, setting, groupsIn(Buffer.from(file), setting))).toBe(file);
	expect(groupsIn(Buffer.from(TEAM), USERS)[0]?.values).toEqual({
		HttpUser: ["anna"],
		HttpUserPassword: ["one"],
		HttpUserPhone: ["201", "202"],
	});
});

test("a line that is changed is the only one, and a group that moves takes its comments along", () => {
	const [first, second] = groupsIn(Buffer.from(FILE), RULES);
	if (!first || !second) return expect.unreachable();
	const output = "sip:$1@192.0.2.1";
	const other = { ...second, values: { ...second.values, TranslationOutput: [output] } };
	expect(changed(FILE, RULES, [first, other])).toBe(
		FILE.replace("sip:$1@pbx.example.com\r", "sip:$1@192.0.2.1\r"),
	);
	const moved = changed(FILE, RULES, [second, first]).split("\n");
	expect(moved.toSorted()).toEqual(FILE.split("\n").toSorted());
	expect(moved.indexOf("# Numbers:")).toBe(moved.indexOf("TranslationPattern=^(\\d+)$") - 1);
	expect(moved.indexOf("# Numbers:")).toBeLessThan(moved.indexOf("# SIP URIs as they are:"));
	expect(changed(FILE, RULES, [first])).toBe(
		FILE.replace(/# Numbers:\n[^\n]*\n[^\n]*\nTranslationOutput = sip[^\n]*\n/, ""),
	);
});

test("a field that may be repeated is one line each, and each stays where it is", () => {
	const [anna, bert, other] = three(TEAM, USERS);
	const phones = (...list: string[]) =>
		changed(TEAM, USERS, [{ ...anna, values: { ...anna.values, HttpUserPhone: list } }, bert, other]);
	expect(phones("202")).toBe(TEAM.replace("HttpUserPhone = 201\n", ""));
	expect(phones("200", "201", "202")).toBe(TEAM.replace("HttpUserPhone = 201", "HttpUserPhone = 200\n$&"));
	expect(phones("201", "209", "202")).toBe(TEAM.replace("HttpUserPhone = 202", "HttpUserPhone = 209\n$&"));
	expect(phones("201", "202", "203")).toBe(TEAM.replace("HttpUserPhone = 202", "$&\nHttpUserPhone = 203"));
	expect(phones("201", "203")).toBe(TEAM.replace("202", "203"));
});

test("one that is removed leaves the others where they are, and a new one follows the one before it", () => {
	const [anna, bert, other] = three(TEAM, USERS);
	const fresh = { values: { HttpUser: ["carl"], HttpUserPassword: ["four"], HttpUserPhone: ["501"] } };
	const lines = "HttpUser = carl\nHttpUserPassword = four\nHttpUserPhone = 501\n";
	expect(changed(TEAM, USERS, [bert, other])).toBe(TEAM.replace(/# Sales\n(?:.+\n)+\n/, ""));
	expect(changed(TEAM, USERS, [anna, fresh, bert, other])).toBe(TEAM.replace("= 202\n", `$&${lines}`));
	expect(changed(TEAM, USERS, [fresh, anna, bert, other])).toBe(TEAM.replace("# Sales\n", `${lines}$&`));
	expect(changed(TEAM, USERS, [anna, bert, other, fresh])).toBe(`${TEAM}${lines}`);
	expect(changed(TEAM, USERS, [anna, other])).toBe(TEAM.replace(/# Support\n(?:.+\n)+/, "MaxCalls = 7\n"));
});

test("one that is removed between blank lines leaves one of them", () => {
	const [anna, bert, other] = three(TEAM, USERS);
	const file = TEAM.replace("MaxCalls = 7\n", "");
	const left = file.replace(/# Support\n(?:.+\n)+\n/, "");
	expect(changed(file, USERS, [anna, { ...other, from: 2 }])).toBe(left);
	expect(changed(file, USERS, [bert, anna, other])).not.toContain("\n\n\n");
	expect(changed(file, USERS, [anna, bert])).toBe(file.replace(/HttpUser = voilà\n(?:.+\n)+/, ""));
});

test("what explains a setting is not a comment of its first group, and a new one comes below it", () => {
	const sample = renderSampleConfig();
	expect(changed(sample, RULES, [])).toBe(
		sample.replace(/(?:# (?:SIP URIs|Numbers).*\nTranslationPattern.*\nTranslationOutput.*\n)+/, ""),
	);
	const fresh = { values: { HttpUser: ["carl"], HttpUserPassword: ["four"], HttpUserPhone: ["501"] } };
	const added = changed(sample, USERS, [fresh]);
	expect(added).toBe(
		sample.replace(
			"#HttpUserPhone = 201\n",
			"$&HttpUser = carl\nHttpUserPassword = four\nHttpUserPhone = 501\n",
		),
	);
	expect(changed(added, USERS, [])).toBe(sample);
});

test("groups come to a file that has none", () => {
	expect(changed("UDPTCPPort = 5060\n", RULES, [rule("^(.*)$", "sip:$1@ä")])).toBe(
		"UDPTCPPort = 5060\nTranslationPattern = ^(.*)$\nTranslationOutput = sip:$1@ä\n",
	);
	expect(changed("", RULES, [rule("a", "b")])).toBe("TranslationPattern = a\nTranslationOutput = b\n");
});

test("a line is told which group it is of", () => {
	expect([3, 4, 6, 7, 8, 10, 11].map((line) => groupAtLine(Buffer.from(FILE), RULES, line))).toEqual([
		undefined,
		0,
		0,
		1,
		1,
		1,
		undefined,
	]);
});

/** What a file has for a setting. */
function valuesOf(file: string, key: "httpUsers" | "translationRules"): unknown[] {
	const { values } = parseConfig(file, "file");
	return (values[key] ?? []).map(({ file: _file, line: _line, ...fields }) => fields);
}

const word = fc.stringMatching(/^[a-zéà$^(][a-z0-9 =#éà$^()*]{0,8}[a-zà)]$/);
const user = fc.record({
	HttpUser: fc.tuple(fc.stringMatching(/^[a-zà]{1,3}$/)),
	HttpUserPassword: fc.tuple(word),
	HttpUserPhone: fc.array(word, { minLength: 1, maxLength: 3 }),
});
const other = fc.constantFrom(
	"# comment",
	"",
	"LogLevel = INFO",
	"#HttpUser = x",
	"  # HttpUserPhone = 9",
	"\t",
);

test("whatever is done to the groups, step by step, the file then has them, and its other lines as they were", () => {
	const block = user.map(({ HttpUser, HttpUserPassword, HttpUserPhone }) =>
		[`HttpUser = ${HttpUser}`, `  httpuserpassword=${HttpUserPassword}`]
			.concat(HttpUserPhone.map((phone) => `HttpUserPhone =${phone}`))
			.join("\n"),
	);
	const text = fc.array(fc.oneof(block, other), { maxLength: 8 });
	const step = fc.array(fc.oneof(user, fc.tuple(fc.nat(4), fc.option(user))), { maxLength: 5 });
	fc.assert(
		fc.property(
			text,
			fc.constantFrom("\n", "\r\n"),
			fc.array(step, { maxLength: 4 }),
			(parts, end, steps) => {
				let file = `${parts.join("\n")}\n`.replaceAll("\n", end);
				const others = (whole: string) =>
					whole.split("\n").filter((line) => /LogLevel|#.*HttpUser/.test(line));
				const fixed = others(file);
				for (const wanted of steps) {
					const before = groupsIn(Buffer.from(file), USERS);
					const seen = new Set<number>();
					const groups = wanted.flatMap((each): WrittenGroup[] => {
						if (!Array.isArray(each)) return [{ values: each }];
						const [from, values] = each;
						const known = before[from];
						if (!known || seen.has(from)) return [];
						seen.add(from);
						return [values ? { values, from } : known];
					});
					file = changed(file, USERS, groups);
					expect(valuesOf(file, "httpUsers")).toEqual(
						groups.map(({ values }) => ({
							name: values.HttpUser?.[0],
							password: values.HttpUserPassword?.[0],
							phones: values.HttpUserPhone,
						})),
					);
					expect(others(file)).toEqual(fixed);
				}
			},
		),
	);
});
