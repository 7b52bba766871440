import { describe, expect, test } from "bun:test";
import { readRequest, type XmlRequest } from "../../../src/xml/request.ts";
import { bytes, frameOf, MANUAL_REQUEST } from "./support.ts";

const read = (request: string | Uint8Array): XmlRequest => readRequest(frameOf(request));

const wrap = (fields: string): string => `<ClickToCall><Request>${fields}</Request></ClickToCall>`;

describe("readRequest", () => {
	test("reads the manual's example", () => {
		expect(read(MANUAL_REQUEST)).toEqual({
			kind: "click-to-call",
			initiator: "sip:scott@sipdomain.com",
			destination: "9055551234",
			anchor: false,
			wantId: false,
		});
	});

	test("takes an XML declaration, attributes, comments and CDATA", () => {
		const request =
			"<?xml version='1.0' encoding='UTF-8'?><!-- c --><ClickToCall version='1'><Request id='7>6'>" +
			"<Initiator>al<!-- no -->ice</Initiator><Destination><![CDATA[b&<1>]]></Destination></Request></ClickToCall>";
		expect(read(request)).toMatchObject({ initiator: "alice", destination: "b&<1>" });
	});

	test("matches element names in any case and trims texts", () => {
		const request =
			"<CLICKTOCALL><request><INITIATOR>\n alice </INITIATOR><destination>bob</destination>" +
			"<anchorcall> TRUE </anchorcall></request></CLICKTOCALL>";
		expect(read(request)).toEqual({
			kind: "click-to-call",
			initiator: "alice",
			destination: "bob",
			anchor: true,
			wantId: false,
		});
	});

	test("knows the five entities and character references", () => {
		expect(
			read(
				wrap(
					"<Initiator>&lt;&gt;&amp;&quot;&apos;</Initiator><Destination>&#65;&#x42;&#x1F600;</Destination>",
				),
			),
		).toMatchObject({ initiator: `<>&"'`, destination: "AB😀" });
	});

	test.each([
		["true", true],
		["1", true],
		["false", false],
		["0", false],
		["", false],
	])("AnchorCall %p is %p", (value, anchor) => {
		const fields = "<Initiator>a</Initiator><Destination>b</Destination>";
		expect(read(wrap(`${fields}<AnchorCall>${value}</AnchorCall>`))).toMatchObject({ anchor });
	});

	test("refuses another AnchorCall", () => {
		const fields = "<Initiator>a</Initiator><Destination>b</Destination><AnchorCall>maybe</AnchorCall>";
		expect(read(wrap(fields))).toEqual({ kind: "bad", text: "Invalid AnchorCall: expected true or false" });
	});

	test.each(["<Foo><Request/></Foo>", "<x/>", "<ClickToCal></ClickToCal>"])(
		"%p: Unknown method",
		(request) => {
			expect(read(request)).toEqual({ kind: "bad", text: "Unknown method" });
		},
	);

	test.each([
		"<ClickToCall/>",
		wrap(""),
		wrap("<Initiator>a</Initiator>"),
		wrap("<Initiator>a</Initiator><Destination> </Destination>"),
		"<ClickToCall><Initiator>a</Initiator><Destination>b</Destination></ClickToCall>",
	])("%p: missing tags", (request) => {
		expect(read(request)).toEqual({ kind: "bad", text: "Missing initiator and/or destination tags" });
	});

	test.each([
		"<ClickToCall><Request></ClickToCall>",
		wrap("<Initiator>a&nbsp;</Initiator><Destination>b</Destination>"),
		wrap("<Initiator>a&b</Initiator><Destination>b</Destination>"),
		wrap("<Initiator>&#0;</Initiator><Destination>b</Destination>"),
		wrap("<Initiator>&#xD800;</Initiator><Destination>b</Destination>"),
		wrap("<Initiator>\u0001</Initiator><Destination>b</Destination>"),
		wrap("<Initiator x='1' x='2'>a</Initiator><Destination>b</Destination>"),
		wrap("<Initiator x=1>a</Initiator><Destination>b</Destination>"),
		wrap("<Initiator x>a</Initiator><Destination>b</Destination>"),
		wrap("<p:Initiator>a</p:Initiator><Destination>b</Destination>"),
		`<!-- c --><?xml version='1.0'?>${wrap("<Initiator>a</Initiator><Destination>b</Destination>")}`,
	])("%p: Parse error", (request) => {
		expect(read(request)).toEqual({ kind: "bad", text: "Parse error" });
	});

	test("bytes that are not UTF-8: Parse error", () => {
		const request = bytes(wrap("<Initiator>?</Initiator><Destination>b</Destination>"));
		request[request.indexOf(0x3f)] = 0xfc;
		expect(read(request)).toEqual({ kind: "bad", text: "Parse error" });
	});
});

describe("the encoding that a request declares", () => {
	const declared = (encoding: string, quote = '"'): string =>
		`<?xml version=${quote}1.0${quote} encoding=${quote}${encoding}${quote}?>`;
	/** The request with the bytes of the initiator. */
	const named = (declaration: string, initiator: readonly number[]): Uint8Array => {
		const [head = "", tail = ""] = wrap("<Initiator>*</Initiator><Destination>b</Destination>").split("*");
		return Uint8Array.from([...bytes(declaration + head), ...initiator, ...bytes(tail)]);
	};

	test.each<[string, number[], string]>([
		["ISO-8859-1", [0x4d, 0xfc], "Mü"],
		["iso-8859-15", [0xa4], "€"],
		["windows-1252", [0x80], "€"],
		["windows-1251", [0xc6], "Ж"],
		["Shift_JIS", [0x93, 0xfa], "日"],
		["US-ASCII", [0x61], "a"],
		["utf-8", [0xc3, 0xbc], "ü"],
		// Programs whose texts are in UTF-16 say so, whatever they send.
		["utf-16", [0xc3, 0xbc], "ü"],
	])("%s is honoured", (encoding, initiator, text) => {
		expect(read(named(declared(encoding), initiator))).toMatchObject({ initiator: text });
		expect(read(named(declared(encoding, "'"), initiator))).toMatchObject({ initiator: text });
	});

	test.each(["UTF-7", "ISO-2022-JP", "ISO-2022-KR", "IBM037", "", "<"])(
		"%p is refused, with a text that says so",
		(encoding) => {
			expect(read(named(declared(encoding), [0x61]))).toMatchObject({
				kind: "bad",
				text: encoding === "<" ? "Parse error" : `Unsupported encoding: ${encoding}`,
			});
		},
	);

	test("bytes that are none of it are refused", () => {
		expect(read(named(declared("Shift_JIS"), [0xff]))).toEqual({
			kind: "bad",
			text: "Wrong encoding: the request is not in Shift_JIS",
		});
	});

	test("a byte order mark says that it is UTF-8 all the same", () => {
		const request = named(`\uFEFF${declared("ISO-8859-1")}`, [0xc3, 0xbc]);
		expect(read(request)).toMatchObject({ initiator: "ü" });
		expect(read(named(declared("ISO-8859-1"), [0xc3, 0xbc]))).toMatchObject({ initiator: "Ã¼" });
	});
});

test("what is refused for its size is not parsed", () => {
	expect(read(wrap(`<Initiator>a</Initiator><Destination>b</Destination>${"<x/>".repeat(253)}`))).toEqual({
		kind: "bad",
		text: "Too many elements: expected at most 256",
	});
});
