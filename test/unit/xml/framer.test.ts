import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { type Frame, Framer, MAX_REQUEST_BYTES } from "../../../src/xml/framer.ts";
import { bytes, framesOf, MANUAL_REQUEST, text } from "./support.ts";

function frame(...pieces: string[]): Frame[] {
	const framer = new Framer();
	return pieces.flatMap((piece) => framesOf(framer, bytes(piece)));
}

/** What came out, in short: the text of a request, or `!` and the reason of the break. */
function short(frames: readonly Frame[]): string[] {
	return frames.map((frame) =>
		frame.kind === "request" ? text(Buffer.from(frame.text, "latin1")) : `!${frame.reason}`,
	);
}

const WELL_FORMED = [
	MANUAL_REQUEST,
	"<a/>",
	"<a />",
	"<a></a >",
	"<a x=\"1>2\" y='/>'>t</a>",
	"<?xml version='1.0'?>\n<a>b</a>",
	"<!-- <x> --><a><!-- </a> -- ></a> --></a>",
	"<a><![CDATA[</a>]] >]>]]]></a>",
	"<a><?pi </a> ?></a>",
	"<a><a>x</a></a>",
	"<a\n b='c'\n/>",
	"<a>ü € 😀</a>",
	"<ClickToCall><Request/></ClickToCall>",
	"<ns:a xmlns:ns='u'></ns:a>",
	"<ClickToCall><Request><ClickToCall>1</ClickToCall></Request></ClickToCall>",
	'<?xml version="1.0"?><ClickToCall><Request><Request>1</Request></Request></ClickToCall>',
];

describe("requests are framed by their root element", () => {
	test.each(WELL_FORMED)("%p is one request", (request) => {
		expect(short(frame(request))).toEqual([request]);
		expect(frame(request)).toMatchObject([{ sound: true }]);
	});

	test("white space, NULs and a byte order mark between requests are skipped", () => {
		expect(short(frame("\uFEFF \r\n\t<a/>\r\n\r\n\uFEFF<b/> "))).toEqual(["<a/>", "<b/>"]);
		expect(short(frame("<a/>\0<b/>\0", "\0\r\n<c/>\0"))).toEqual(["<a/>", "<b/>", "<c/>"]);
	});

	test("an unfinished request waits for the rest", () => {
		const framer = new Framer();
		expect(framesOf(framer, bytes("<a><b>"))).toEqual([]);
		expect(framer.partial).toBe(true);
		expect(short(framesOf(framer, bytes("</b></a>")))).toEqual(["<a><b></b></a>"]);
		expect(framer.partial).toBe(false);
	});

	test("any split of a stream gives the same requests", () => {
		const requests = fc.array(
			fc.tuple(fc.constantFrom(...WELL_FORMED), fc.constantFrom("", " ", "\r\n", "\n\t\n")),
			{ minLength: 1, maxLength: 5 },
		);
		const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 12 });
		fc.assert(
			fc.property(requests, cuts, (parts, where) => {
				const stream = bytes(parts.map(([request, space]) => request + space).join(""));
				const framer = new Framer();
				const edges = [0, ...where.map((part) => Math.floor(part * stream.length)), stream.length];
				edges.sort((a, b) => a - b);
				const frames = edges.flatMap((edge, i) =>
					framesOf(framer, stream.subarray(edge, edges[i + 1] ?? edge)),
				);
				expect(short(frames)).toEqual(parts.map(([request]) => request));
			}),
		);
	});

	test("byte by byte gives the same requests", () => {
		const framer = new Framer();
		const stream = bytes(WELL_FORMED.join("\n"));
		const frames = Array.from(stream, (byte) => framesOf(framer, Uint8Array.of(byte))).flat();
		expect(short(frames)).toEqual(WELL_FORMED);
	});

	test("the bytes of a request stay when the chunk they came in is used again", () => {
		const chunk = bytes("<a/>");
		const framer = new Framer();
		framer.push(chunk);
		chunk.fill(0);
		expect(short([framer.next() ?? []].flat())).toEqual(["<a/>"]);
	});
});

describe("the end of <Request>", () => {
	test.each([
		["<C><Request>x</Request>\n</C>", "<C><Request>x</Request>"],
		["<C><request></request ></C>", "<C><request></request >"],
		["<C><Request/><Request>x</Request></C>", "<C><Request/>"],
		["<C><!-- </Request> --><Request/> </C>", "<C><!-- </Request> --><Request/>"],
		["<C><Request><Request>x</Request></Request></C>", "<C><Request><Request>x</Request></Request>"],
		["<C><X><Request/></X></C>", undefined],
		["<Request></Request>", undefined],
	])("in %p is after %p", (request, head) => {
		const [first] = frame(request);
		if (first?.kind !== "request") throw new Error("no request came out");
		expect(
			first.requestEnd === undefined
				? undefined
				: text(Buffer.from(first.text.slice(0, first.requestEnd), "latin1")),
		).toBe(head);
	});
});

describe("what costs the parser more than its bytes is counted", () => {
	const attributes = (count: number) => `<a${" x='1'".repeat(count)}/>`;
	test.each<[string, string, string]>([
		["elements", `<a>${"<b/>".repeat(255)}</a>`, `<a>${"<b></b>".repeat(256)}</a>`],
		["attributes", attributes(256), `<a>${attributes(128)}${attributes(129)}</a>`],
		[
			"attributes",
			`<a>${"<b xmlns:c='d'/>".repeat(128)}</a>`,
			`<a>${"<b xmlns:c='d' xmlns='e'/>".repeat(129)}</a>`,
		],
		["comments", `<a>${"<!---->".repeat(256)}</a>`, `<a>${"<!-- b -->".repeat(257)}</a>`],
		["CDATA", `<a>${"<![CDATA[]]>".repeat(256)}</a>`, `<a>${"<![CDATA[b]]>".repeat(257)}</a>`],
		["instructions", `${"<?b?>".repeat(128)}<a>${"<?b?>".repeat(128)}</a>`, `<a>${"<?b?>".repeat(257)}</a>`],
		["references", `<a>${"&lt;".repeat(1024)}</a>`, `<a>${"&".repeat(1025)}</a>`],
		[
			"references",
			`<a x='${"&lt;".repeat(1024)}'/>`,
			`<a x='${"&#65;".repeat(600)}'>${"&lt;".repeat(425)}</a>`,
		],
	])("%s", (name, enough, tooMuch) => {
		expect(frame(enough)).toMatchObject([{ sound: true }]);
		expect(frame(enough)).toMatchObject([{ excess: undefined }]);
		// The next request is found, and counts for itself.
		const frames = frame(tooMuch + enough);
		expect(short(frames)).toEqual([tooMuch, enough]);
		expect(frames).toMatchObject([
			{ excess: expect.stringContaining(name) },
			{ sound: true, excess: undefined },
		]);
	});
});

describe("a request that is not well-formed", () => {
	test.each([
		"<a><b></a>",
		"<a><b></c></a>",
		"<a></b></a>",
		"<a>1 < 2</a>",
		"<a><></a>",
		'<a x="><b></b></a>',
		"<a x='<b>'></a>",
		"<a></ a></a>",
		"<a></b c></a>",
		"<ClickToCall></clicktocall>",
	])("%p ends with its root's closing tag, and the next one is found", (request) => {
		const frames = frame(`${request}<ok/>`);
		expect(short(frames)).toEqual([request, "<ok/>"]);
		expect(frames).toMatchObject([{ sound: false }, { sound: true }]);
	});

	test("still has an end of <Request>", () => {
		const [first] = frame("<C><Request><I>x</Request> </C>");
		expect(first).toMatchObject({ sound: false, requestEnd: "<C><Request><I>x</Request>".length });
	});
});

describe("a stream that makes no sense is broken", () => {
	test.each([
		["POST / HTTP/1.1\r\n", "text between requests"],
		["<a/>x<b/>", "text between requests"],
		["\u00ef\u00bb<a/>", "text between requests"],
		["</a>", "an end tag before the root element"],
		["<?xml version='1.0'?>x<a/>", "text before the root element"],
		["<![CDATA[x]]><a/>", "text before the root element"],
		["< a/>", "text before the root element"],
		["<!DOCTYPE a [<!ENTITY b 'c'>]><a/>", "a document type declaration"],
		["<a><!ENTITY b 'c'></a>", "a document type declaration"],
	])("%p", (stream, reason) => {
		expect(short(frame(stream)).at(-1)).toBe(`!${reason}`);
	});

	test.each<[string, number[]]>([
		["little-endian, with a mark", [0xff, 0xfe, 0x3c, 0, 0x61, 0]],
		["big-endian, with a mark", [0xfe, 0xff, 0, 0x3c, 0, 0x61]],
		["little-endian", [0x3c, 0, 0x61, 0]],
		["big-endian", [0, 0x3c, 0, 0x61]],
		["UTF-32, big-endian", [0, 0, 0, 0x3c, 0, 0, 0, 0x61]],
	])("UTF-16, %s: the client is told of the encoding", (_, stream) => {
		expect(framesOf(new Framer(), Uint8Array.from(stream))).toMatchObject([
			{ kind: "broken", text: expect.stringContaining("Unsupported encoding") },
		]);
	});

	test("nothing is read after the break", () => {
		expect(short(frame("<a/>x", "<b/>"))).toEqual(["<a/>", "!text between requests"]);
	});

	test("16 levels are read, 17 break it", () => {
		const nested = (depth: number) => "<a>".repeat(depth) + "</a>".repeat(depth);
		expect(short(frame(nested(16)))).toEqual([nested(16)]);
		expect(short(frame(nested(17)))).toEqual(["!elements nested too deep"]);
	});

	test("64 KiB are read, one byte more breaks it", () => {
		const filled = (length: number) => `<a>${"x".repeat(length - 7)}</a>`;
		expect(frame(filled(MAX_REQUEST_BYTES))).toMatchObject([{ kind: "request" }]);
		expect(short(frame(filled(MAX_REQUEST_BYTES + 1)))).toEqual(["!a request over 65536 bytes"]);
	});

	test("white space between requests does not count as size", () => {
		expect(short(frame(" ".repeat(MAX_REQUEST_BYTES), "<a/>"))).toEqual(["<a/>"]);
	});

	test("no bytes make it throw, and a broken frame is the last", () => {
		const pieces = fc.array(
			fc.oneof(
				fc.constantFrom("<", ">", "</", "/>", "<a>", "</a>", "<!--", "-->", "<![CDATA[", "]]>", "<?", "?>"),
				fc.constantFrom('"', "'", "<Request>", "</Request>", " ", "=", "&"),
				fc.string(),
			),
		);
		fc.assert(
			fc.property(pieces, (parts) => {
				const frames = frame(...parts);
				const broken = frames.findIndex(({ kind }) => kind === "broken");
				expect(broken === -1 || broken === frames.length - 1).toBe(true);
			}),
		);
	});
});
