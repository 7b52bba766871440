// biome-ignore-all lint/suspicious/noTemplateCurlyInString: ${name} is what outputs are written with.
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { expandOutput, OutputError, parseOutput } from "../../../src/translate/output-template.ts";

function expand(
	output: string,
	captures: readonly (string | undefined)[],
	names: Record<string, number[]> = {},
): string {
	const groups = { count: captures.length - 1, names: new Map(Object.entries(names)) };
	return expandOutput(parseOutput(output, groups), captures);
}

const TWELVE = ["all", ..."abcdefghijkl"];

describe("an output", () => {
	test("$0 is the match and $1 to $9 are groups", () => {
		expect(expand("sip:$1-$2@$0", ["xy", "x", "y"])).toBe("sip:x-y@xy");
	});

	test("two digits are one group when the pattern has so many, else a group and a digit", () => {
		expect(expand("$10$12", TWELVE)).toBe("jl");
		expect(expand("$13", TWELVE)).toBe("a3");
		expect(expand("$10", ["all", "a"])).toBe("a0");
		expect(expand("$123", TWELVE)).toBe("l3");
		expect(expand("$00", ["all"])).toBe("all0");
	});

	test("braces set a number apart from a digit that follows, and hold names", () => {
		expect(expand("${1}2${12}", TWELVE)).toBe("a2l");
		expect(expand("sip:${user}@h", ["all", "a"], { user: [1] })).toBe("sip:a@h");
	});

	test("of several groups of a name the first that took part counts", () => {
		expect(expand("${n}", ["all", undefined, "b"], { n: [1, 2] })).toBe("b");
	});

	test("\\$ is a dollar sign, as is a $ that refers to nothing", () => {
		expect(expand("sip:\\$1@h", ["all", "a"])).toBe("sip:$1@h");
		expect(expand("a$b$", ["all"])).toBe("a$b$");
	});

	test("a group that took no part is empty", () => {
		expect(expand("<$1>", ["all", undefined])).toBe("<>");
	});

	test("a dollar sign with a backslash before a reference is told apart", () => {
		const groups = { count: 1, names: new Map() };
		expect(parseOutput("sip:\\$1@h", groups).escapesReference).toBe(true);
		expect(parseOutput("sip:$1@h\\$", groups).escapesReference).toBe(false);
	});

	test.each(["$2", "$9x", "${2}", "${99}", "${name}", "${", "${1", "${a-b}", "${}"])(
		"%s without such a group is an error",
		(output) => {
			expect(() => expand(output, ["all", "a"])).toThrow(OutputError);
		},
	);

	test("a captured text is never read for references", () => {
		fc.assert(
			fc.property(fc.string(), fc.string(), (one, two) => {
				expect(expand("[$1|${2}|$1]", ["all", one, two])).toBe(`[${one}|${two}|${one}]`);
			}),
		);
		expect(expand("sip:$1@h", ["all", "$2 \\$ ${x}"])).toBe("sip:$2 \\$ ${x}@h");
	});

	test("any text either expands or is an OutputError", () => {
		const output = fc
			.array(fc.oneof(fc.constantFrom("$", "\\", "{", "}", "1", "12", "0", "a"), fc.string()))
			.map((parts) => parts.join(""));
		fc.assert(
			fc.property(output, (text) => {
				try {
					expect(typeof expand(text, TWELVE)).toBe("string");
				} catch (error) {
					expect(error).toBeInstanceOf(OutputError);
				}
			}),
		);
	});

	test("a text without $ stands for itself", () => {
		fc.assert(
			fc.property(fc.string(), (text) => {
				fc.pre(!text.includes("$"));
				expect(expand(text, ["all"])).toBe(text);
			}),
		);
	});
});
