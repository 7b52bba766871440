import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { csvField, csvHeader, csvLine } from "../../../src/history/csv.ts";
import { HistoryBench } from "./support.ts";

/** Reads CSV as RFC 4180 has it. */
function readCsv(text: string): string[][] {
	const lines: string[][] = [[]];
	let field = "";
	let quoted = false;
	for (let index = 0; index < text.length; index += 1) {
		const sign = text[index] ?? "";
		if (quoted && sign === '"' && text[index + 1] === '"') {
			field += '"';
			index += 1;
		} else if (sign === '"' && (quoted || field === "")) quoted = !quoted;
		else if (!quoted && (sign === "," || text.startsWith("\r\n", index))) {
			lines.at(-1)?.push(field);
			field = "";
			if (sign === ",") continue;
			lines.push([]);
			index += 1;
		} else field += sign;
	}
	lines.pop();
	return lines;
}

const FORMULA_SIGNS = ["=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"];

describe("a field", () => {
	test("is read back as it was, but for the apostrophe before what looks like a formula", () => {
		const text = fc.oneof(
			fc.string({ unit: "binary" }),
			fc.string({ unit: fc.constantFrom(...FORMULA_SIGNS, '"', ",", ";", "\n", " ", "'", "1", "a") }),
		);
		fc.assert(
			fc.property(fc.array(text, { minLength: 1 }), (values) => {
				const [fields = []] = readCsv(`${values.map(csvField).join(",")}\r\n`);
				const withoutApostrophes = (field: string) => field.replaceAll("'", "");
				expect(fields.map(withoutApostrophes)).toEqual(values.map(withoutApostrophes));
				for (const cell of fields.flatMap((field) => field.split(/[;\t\r\n]/)))
					expect(FORMULA_SIGNS).not.toContain(cell.trimStart()[0] ?? "");
			}),
		);
	});

	test("that might be split or run by a spreadsheet is in quotes or has an apostrophe", () => {
		expect(csvField("+4930123")).toBe("'+4930123");
		expect(csvField('=HYPERLINK("http://x")')).toBe('"\'=HYPERLINK(""http://x"")"');
		expect(csvField(" \n=1+1")).toBe("\"' \n'=1+1\"");
		// Where numbers have a decimal comma, spreadsheets split at semicolons, and quotes within a cell do not help.
		expect(csvField("a;=1+1; @b")).toBe("\"a;'=1+1; '@b\"");
		expect(csvField("sip:a@b;transport=tcp")).toBe('"sip:a@b;transport=tcp"');
		expect(csvField("Müller")).toBe("Müller");
		expect(csvField(-5)).toBe("-5");
		expect(csvField(undefined)).toBe("");
	});
});

test("a call is a line of as many fields as the header has", () => {
	const call = {
		id: "c1",
		startedAt: 0,
		answeredAt: 1000,
		endedAt: 61_400,
		initiator: "+1",
		destination: "2",
		way: "anchor",
		state: "ended",
		result: { code: 200, leg: "Destination", text: "Connected to destination" },
		endedBy: "operator",
		origin: { via: "http", user: "admin" },
	} as const;
	const [names = [], values = []] = readCsv(csvHeader() + csvLine(call));
	expect(Object.fromEntries(names.map((name, index) => [name, values[index]]))).toEqual({
		id: "c1",
		started: "1970-01-01T00:00:00.000Z",
		answered: "1970-01-01T00:00:01.000Z",
		ended: "1970-01-01T00:01:01.400Z",
		talk_seconds: "60",
		initiator: "'+1",
		destination: "2",
		initiator_uri: "",
		destination_uri: "",
		way: "anchor",
		state: "ended",
		code: "200",
		leg: "Destination",
		result: "Connected to destination",
		ended_by: "operator",
		via: "http",
		peer: "",
		user: "admin",
	});
	expect(values).toHaveLength(names.length);
});

test("the export has every call that matches, in pieces, the latest first", async () => {
	const bench = new HistoryBench();
	await bench.make(1203, (index) => ({ destination: index < 3 ? "rare" : "often" }));
	const pieces: string[] = [];
	for await (const piece of bench.history.exportCsv()) pieces.push(piece);
	expect(pieces.length).toBeGreaterThan(2);
	const lines = readCsv(pieces.join(""));
	expect(lines.slice(1).map(([id]) => id)).toEqual(
		Array.from({ length: 1203 }, (_, index) => `call-${1203 - index}`),
	);
	let rare = "";
	for await (const piece of bench.history.exportCsv({ text: "rare" })) rare += piece;
	expect(readCsv(rare)).toHaveLength(4);
	await bench.remove();
});
