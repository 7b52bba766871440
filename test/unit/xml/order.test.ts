import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { isXmlText } from "../../../src/xml/characters.ts";
import { readPlainOrder } from "../../../src/xml/plain-request.ts";
import { readRequest, type XmlRequest } from "../../../src/xml/request.ts";
import { escapeXml } from "../../../src/xml/response.ts";
import { frameOf } from "./support.ts";

const read = (request: string): XmlRequest => readRequest(frameOf(request));
const order = (inside: string): string => `<ClickToCall>\n ${inside}\n</ClickToCall>`;
const bad = (text: string) => ({ kind: "bad", text }) as const;

describe("an order", () => {
	test.each([
		["<Hangup><Id>c1</Id></Hangup>", { kind: "hangup", id: "c1" }],
		["<HANGUP>\n<iD> c1 </iD>\n</HANGUP>", { kind: "hangup", id: "c1" }],
		[
			"<Hangup><!-- a --><Id a='1'><![CDATA[c]]>&#49;</Id><Ref>7</Ref></Hangup>",
			{ kind: "hangup", id: "c1" },
		],
		["<Resume><Id>c1</Id></Resume>", { kind: "resume", id: "c1" }],
		["<resume ><Id>\n&#99;1</Id><Ref/></resume>", { kind: "resume", id: "c1" }],
		["<Status/>", { kind: "status" }],
		["<Status></Status>", { kind: "status" }],
		["<status ><Ref>1</Ref></status>", { kind: "status" }],
		["<Status><Id>c1</Id></Status>", { kind: "status", id: "c1" }],
		["<Status><After>17-c1</After></Status>", { kind: "status", after: { startedAt: 17, id: "c1" } }],
		["<Ref>1</Ref><Status/><Ref>2</Ref>", { kind: "status" }],
	])("%p is read", (inside, expected) => {
		expect(read(order(inside))).toEqual(expected as XmlRequest);
	});

	test.each([
		["<Hangup/>", "Missing Id tag"],
		["<Resume/>", "Missing Id tag"],
		["<Resume><Id>1</Id></Resume><Status/>", "Invalid request: expected one Hangup, Resume or Status"],
		["<Hangup><Id> </Id></Hangup>", "Missing Id tag"],
		["<Hangup><Id>1</Id><ID>2</ID></Hangup>", "Invalid Id: expected one"],
		["<Hangup><Id>&#0;</Id></Hangup>", "Parse error"],
		["<Hangup><Id>1</Hangup>", "Parse error"],
		["<Status><Id/></Status>", "Invalid Id: expected the ID of a call"],
		["<Status><After>c1</After></Status>", "Invalid After: expected the text of Next, once, and no Id"],
		[
			"<Status><After>1-a</After><Id>a</Id></Status>",
			"Invalid After: expected the text of Next, once, and no Id",
		],
		["<Status/><Status/>", "Invalid request: expected one Hangup, Resume or Status"],
		["<Hangup><Id>1</Id></Hangup><Status/>", "Invalid request: expected one Hangup, Resume or Status"],
	])("%p: %s", (inside, text) => {
		expect(read(order(inside))).toEqual(bad(text));
	});

	test("is none beside a request, nor in another root, nor deeper", () => {
		const call = "<Request><Initiator>a</Initiator><Destination>b</Destination></Request>";
		expect(read(order(`<Status/>${call}<Hangup><Id>1</Id></Hangup>`))).toMatchObject({
			kind: "click-to-call",
		});
		expect(read("<Other><Status/></Other>")).toEqual(bad("Unknown method"));
		expect(read(order("<x><Status/></x>"))).toEqual(bad("Missing initiator and/or destination tags"));
	});

	test("is repeated up to its end tag; beside a request it is that of the request, as ever", () => {
		const call = "<Request></Request>";
		const endOf = (inside: string, tag: string): void => {
			const text = order(inside);
			expect(frameOf(text).requestEnd).toBe(text.indexOf(tag) + tag.length);
		};
		endOf("<Hangup><Id>1</Id></Hangup><x/>", "</Hangup>");
		endOf("<Status/> <x/>", "<Status/>");
		endOf(`<Status/>${call}<x/>`, call);
		endOf(`${call}<Status/>`, call);
		expect(frameOf("<Other><Status/></Other>").requestEnd).toBeUndefined();
		expect(frameOf(order("<x><Status/></x>")).requestEnd).toBeUndefined();
	});

	test("that is written plainly means what the XML parser makes of it", () => {
		const value = fc.oneof(
			fc.constantFrom("", "c1", "12-c1", " ", "a&amp;b", "<b/>", "\u00e9", "]]>"),
			fc.string({ maxLength: 8 }).map(escapeXml),
		);
		const field = fc
			.tuple(fc.constantFrom("Id", "id", "After", "Ref"), value)
			.map(([name, text]) => `<${name}>${text}</${name}>`);
		let plain = 0;
		fc.assert(
			fc.property(
				fc.constantFrom("Hangup", "Resume", "Status"),
				fc.array(field, { maxLength: 3 }),
				(name, fields) => {
					const text = order(`<${name}>${fields.join(" ")}</${name}>`);
					if (readPlainOrder(text) === undefined) return;
					plain += 1;
					// A comment changes nothing but who reads it.
					expect(read(text)).toEqual(read(text.replace(`<${name}>`, `<${name}><!-- -->`)));
				},
			),
			{ numRuns: 1000 },
		);
		expect(plain).toBeGreaterThan(200);
	});

	test("has the id that was escaped for it, whatever that is", () => {
		// The parser takes U+FFFD for the sign of a wrong encoding.
		const id = fc
			.string({ minLength: 1, unit: "binary" })
			.filter((text) => isXmlText(text) && !text.includes("\uFFFD"));
		fc.assert(
			fc.property(id, (text) => {
				const expected = text.trim();
				const asked = read(order(`<Hangup><Id>${escapeXml(text)}</Id></Hangup>`));
				expect(asked).toEqual(expected === "" ? bad("Missing Id tag") : { kind: "hangup", id: expected });
			}),
		);
	});
});
