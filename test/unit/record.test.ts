import { describe, expect, test } from "bun:test";
import { RecordError, RecordReader } from "../../src/record.ts";

const reader = (value: unknown): RecordReader => new RecordReader(value, "call");
const failure = (step: () => unknown): string => {
	try {
		step();
	} catch (error) {
		if (error instanceof RecordError) return error.message;
		throw error;
	}
	throw new Error("nothing was wrong with it");
};

describe("a record", () => {
	test.each([
		[undefined, "nothing"],
		[null, "null"],
		[[1], "a list"],
		["text", "a string"],
		[1, "a number"],
	])("is an object: not %p", (value, kind) => {
		expect(failure(() => reader(value))).toBe(`call: an object was expected, found ${kind}`);
	});

	test("of another version is refused, and so is one without", () => {
		expect(reader({ version: 1 }).version(1)).toBe(1);
		expect(failure(() => reader({ version: 2 }).version(1))).toBe("call.version: 1 was expected, found 2");
		expect(failure(() => reader({}).version(1))).toBe("call.version: 1 was expected, found nothing");
	});

	test("gives its fields", () => {
		const fields = reader({
			text: "a\r\nb",
			line: "a",
			lines: ["a", ""],
			number: -0.5,
			count: 3,
			flag: false,
		});
		expect(fields.text("text")).toBe("a\r\nb");
		expect(fields.line("line")).toBe("a");
		expect(fields.lines("lines")).toEqual(["a", ""]);
		expect(fields.number("number")).toBe(-0.5);
		expect(fields.count("count")).toBe(3);
		expect(fields.flag("flag")).toBe(false);
		expect(fields.word("line", ["b", "a"])).toBe("a");
		expect(fields.formed("line", (text) => text === "a", "an a")).toBe("a");
		expect(fields.optional("line", (name) => fields.line(name))).toBe("a");
		expect(fields.optional("absent", (name) => fields.line(name))).toBeUndefined();
	});

	test("names the inner record and the field that is wrong, and what was expected there", () => {
		const fields = reader({
			text: 1,
			line: "a\nb",
			lines: ["a", 2],
			number: "1",
			count: 1.5,
			port: 70_000,
			flag: 0,
		});
		expect(failure(() => fields.text("text"))).toBe("call.text: a text was expected, found 1");
		expect(failure(() => fields.line("line"))).toBe(
			"call.line: a text without line breaks was expected, found a string",
		);
		expect(failure(() => fields.lines("lines"))).toStartWith("call.lines: ");
		expect(failure(() => fields.lines("line"))).toStartWith("call.line: ");
		expect(failure(() => fields.number("number"))).toBe("call.number: a number was expected, found a string");
		expect(failure(() => fields.count("count"))).toEndWith("was expected, found 1.5");
		expect(failure(() => fields.count("port", 65_535))).toBe(
			"call.port: a whole number from 0 to 65535 was expected, found 70000",
		);
		expect(failure(() => fields.flag("flag"))).toBe("call.flag: true or false was expected, found 0");
		expect(failure(() => fields.word("line", ["a", "b"]))).toBe(
			"call.line: a or b was expected, found a string",
		);
		expect(failure(() => fields.optional("flag", (name) => fields.line(name)))).toStartWith("call.flag: ");
		const inner = (): unknown =>
			reader({ leg: {} }).inner("leg", (value, place) => new RecordReader(value, place).flag("on"));
		expect(failure(inner)).toBe("call.leg.on: true or false was expected, found nothing");
	});
});
