import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { type CsvForm, csvField, csvHeader, csvLine, PLAIN_CSV } from "../../../src/history/csv.ts";
import { HistoryBench } from "./support.ts";

/** Reads CSV as RFC 4180 has it. */
function readCsv(text: string, separator = ","): string[][] {
	const lines: string[][] = [[]];
	let field = "";
	let quoted = false;
	for (let index = 0; index < text.length; index += 1) {
		const sign = text[index] ?? "";
		if (quoted && sign === '"' && text[index + 1] === '"') {
			field += '"';
			index += 1;
		} else if (sign === '"' && (quoted || field === "")) quoted = !quoted;
		else if (!quoted && (sign === separator || text.startsWith("\r\n", index))) {
			lines.at(-1)?.push(field);
			field = "";
			if (sign === separator) continue;
			lines.push([]);
			index += 1;
		} else field += sign;
	}
	lines.pop();
	return lines;
}

const GUARDED: CsvForm = { separator: ",", guarded: true };
const FORMULA_SIGNS = ["=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"];

describe("a field", () => {
	const text = fc.oneof(
		fc.string({ unit: "binary" }),
		fc.string({ unit: fc.constantFrom(...FORMULA_SIGNS, '"', ",", ";", "\n", " ", "'", "1", "a") }),
	);

	test("for programs is read back as it was", () => {
		fc.assert(
			fc.property(fc.array(text, { minLength: 1 }), (values) => {
				const line = values.map((value) => csvField(value, PLAIN_CSV)).join(",");
				expect(readCsv(`${line}\r\n`)).toEqual([values]);
			}),
		);
		expect(csvField("+4930123", PLAIN_CSV)).toBe("+4930123");
	});

	test("for spreadsheets is read back as it was, but for the apostrophe before what looks like a formula", () => {
		fc.assert(
			fc.property(fc.array(text, { minLength: 1 }), fc.constantFrom(",", ";"), (values, separator) => {
				const line = values.map((value) => csvField(value, { separator, guarded: true })).join(separator);
				const [fields = []] = readCsv(`${line}\r\n`, separator);
				const withoutApostrophes = (field: string) => field.replaceAll("'", "");
				expect(fields.map(withoutApostrophes)).toEqual(values.map(withoutApostrophes));
				for (const cell of fields.flatMap((field) =>
					field.split(separator === "," ? /[;\t\r\n]/ : /[,\t\r\n]/),
				))
					expect(FORMULA_SIGNS).not.toContain(cell.trimStart()[0] ?? "");
			}),
		);
	});

	test("that might be split or run by a spreadsheet is in quotes or has an apostrophe", () => {
		expect(csvField("+4930123", GUARDED)).toBe("'+4930123");
		expect(csvField('=HYPERLINK("http://x")', GUARDED)).toBe('"\'=HYPERLINK(""http://x"")"');
		expect(csvField(" \n=1+1", GUARDED)).toBe("\"' \n'=1+1\"");
		// Where numbers have a decimal comma, spreadsheets split at semicolons, and quotes within a cell do not help.
		expect(csvField("a;=1+1; @b", GUARDED)).toBe("\"a;'=1+1; '@b\"");
		expect(csvField("sip:a@b;transport=tcp", GUARDED)).toBe('"sip:a@b;transport=tcp"');
		expect(csvField("Müller", GUARDED)).toBe("Müller");
		expect(csvField(-5, GUARDED)).toBe("-5");
		expect(csvField(undefined, GUARDED)).toBe("");
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
	const [names = [], values = []] = readCsv(csvHeader(GUARDED) + csvLine(call, GUARDED));
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
	for await (const piece of bench.history.exportCsv(PLAIN_CSV)) pieces.push(piece);
	expect(pieces.length).toBeGreaterThan(2);
	const lines = readCsv(pieces.join(""));
	expect(lines.slice(1).map(([id]) => id)).toEqual(
		Array.from({ length: 1203 }, (_, index) => `call-${1203 - index}`),
	);
	let rare = "";
	for await (const piece of bench.history.exportCsv(PLAIN_CSV, { text: "rare" })) rare += piece;
	expect(readCsv(rare)).toHaveLength(4);
	await bench.remove();
});
