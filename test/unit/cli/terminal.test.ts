import { describe, expect, test } from "bun:test";
import { tableLines } from "../../../src/cli/table.ts";
import { clean, paintFor } from "../../../src/cli/terminal.ts";

describe("colours", () => {
	const paint = (isTerminal: boolean, environment: Record<string, string>) =>
		paintFor({ isTerminal, environment })("good", "yes");

	test("are for terminals", () => {
		expect(paint(true, { TERM: "xterm" })).toBe("\u001b[32myes\u001b[0m");
		expect(paint(false, { TERM: "xterm" })).toBe("yes");
	});

	test("are never there with NO_COLOR, which has to have a value, nor on a dumb terminal", () => {
		expect(paint(true, { NO_COLOR: "1" })).toBe("yes");
		expect(paint(true, { NO_COLOR: "" })).not.toBe("yes");
		expect(paint(true, { TERM: "dumb" })).toBe("yes");
	});
});

test("what others have typed gives the terminal no orders", () => {
	expect(clean("a\u001b[2Jb\r\n\u009b1mc\u202ed\u0007")).toBe(
		"a\ufffd[2Jb\ufffd\ufffd\ufffd1mc\ufffdd\ufffd",
	);
	expect(clean("Zoë +49 (30) 1")).toBe("Zoë +49 (30) 1");
});

describe("a table", () => {
	const plain = (_tone: string, text: string) => text;

	test("has columns as wide as they have to be, wide characters included", () => {
		const rows = [
			[{ text: "1" }, { text: "日本" }, { text: "x" }],
			[{ text: "22" }, { text: "" }, { text: "" }],
		];
		expect(tableLines(["A", "B", "C"], rows, plain)).toEqual(["A   B     C", "1   日本  x", "22"]);
	});

	test("cuts what is too long for a line, and paints without moving columns", () => {
		const [, line = ""] = tableLines(
			["A", "B"],
			[[{ text: "x".repeat(500), tone: "bad" }, { text: "y" }]],
			(tone, text) => `<${tone}>${text}</>`,
		);
		expect(line).toBe(`<bad>${"x".repeat(39)}…</>  y`);
	});
});
