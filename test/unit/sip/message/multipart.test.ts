import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { type Entity, entityOf, partsOf } from "../../../../src/sip/message/multipart.ts";

const SDP = "v=0\r\no=x 1 1 IN IP4 192.0.2.9\r\ns=-\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n";

const body = (type: string, content: string): Entity =>
	entityOf((name) => (name === "content-type" ? type : undefined), content);

/** Types and contents of the parts. */
const read = (type: string, content: string): [string, string][] =>
	partsOf(body(type, content)).map((part) => [part.type, part.content]);

const TWO = `--b1\r\nContent-Type: application/sdp\r\n\r\n${SDP}\r\n--b1\r\nContent-Type: text/plain\r\n\r\nhi\r\n--b1--\r\n`;
const PARTS: [string, string][] = [
	["application/sdp", SDP],
	["text/plain", "hi"],
];

describe("the parts of a multipart body", () => {
	test.each([
		["as RFC 2046 has them", "multipart/mixed;boundary=b1", TWO],
		["with the boundary in quotes", 'multipart/mixed; boundary="b1"', TWO],
		["with a parameter before it, in other case", "Multipart/Mixed; Charset=utf-8 ; BOUNDARY=b1 ;x=y", TWO],
		["with an escape in the boundary", 'multipart/mixed;boundary="b\\1"', TWO],
		[
			"after a preamble, before an epilogue",
			"multipart/mixed;boundary=b1",
			`Preamble\r\n${TWO}Epilogue\r\n--b1\r\n\r\nx`,
		],
		["without the last boundary", "multipart/mixed;boundary=b1", TWO.replace("\r\n--b1--\r\n", "")],
		[
			"with blanks behind the boundaries",
			"multipart/mixed;boundary=b1",
			TWO.replaceAll("--b1", "--b1 \t").replace("--b1 \t--", "--b1--"),
		],
		[
			"with their own Content-Length",
			"multipart/mixed;boundary=b1",
			TWO.replace("\r\n\r\nv=0", `\r\nContent-Length: ${SDP.length}\r\n\r\nv=0`),
		],
		[
			"with compact and folded header fields",
			"multipart/mixed;boundary=b1",
			TWO.replace("Content-Type: text", "c:\r\n text"),
		],
	])("are read %s", (_what, type, content) => {
		expect(read(type, content)).toEqual(PARTS);
	});

	test("are read when lines end in LF", () => {
		const found = read("multipart/mixed;boundary=b1", TWO.replaceAll("\r\n", "\n"));
		expect(found).toEqual(PARTS.map(([type, content]) => [type, content.replaceAll("\r\n", "\n")]));
	});

	test("are not cut at a longer boundary, nor within a line", () => {
		const content = "--b\r\n\r\nx --b\r\n--b1\r\n--b--";
		expect(read("multipart/mixed;boundary=b", content)).toEqual([["text/plain", "x --b\r\n--b1"]]);
	});

	test("may have characters of patterns in their boundary", () => {
		const content = TWO.replaceAll("b1", "=_(a.b+c)?");
		expect(read('multipart/mixed;boundary="=_(a.b+c)?"', content)).toEqual(PARTS);
	});

	test("without a boundary are none", () => {
		expect(read("multipart/mixed", TWO)).toEqual([]);
		expect(read("multipart/mixed;boundary=other", TWO)).toEqual([]);
	});

	test("without header fields are plain text, or what their beginning says", () => {
		expect(
			read("multipart/mixed;boundary=b", `--b\r\n\r\nhi\r\n--b\r\n\r\n${SDP}\r\n--b\r\n${SDP}\r\n--b--`),
		).toEqual([
			["text/plain", "hi"],
			["application/sdp", SDP],
			["application/sdp", SDP],
		]);
	});

	test.each([
		[
			"base64",
			Buffer.from(SDP)
				.toString("base64")
				.replace(/(.{60})/g, "$1\r\n"),
		],
		["Quoted-Printable", SDP.replaceAll("=", "=3D").replace("IN IP4", "IN =\r\nIP4")],
		["binary", SDP],
	])("are decoded from %s", (encoding, content) => {
		const part = `--b\r\nContent-Type: application/sdp\r\nContent-Transfer-Encoding: ${encoding}\r\n\r\n${content}\r\n--b--`;
		expect(read("multipart/mixed;boundary=b", part)).toEqual([["application/sdp", SDP]]);
	});

	test("say how they are to be treated", () => {
		const of = (value: string) => {
			const { disposition, handling } = entityOf(
				(name) => (name === "content-disposition" ? value : "text/plain"),
				"",
			);
			return [disposition, handling];
		};
		expect(of("Session;handling=required")).toEqual(["session", "required"]);
		expect(of("signal ; Handling = Optional")).toEqual(["signal", "optional"]);
		expect(of("render")).toEqual(["render", undefined]);
		expect(of("render;handling=other")).toEqual(["render", undefined]);
	});

	test("of any text are found without an exception", () => {
		const piece = fc.constantFrom("--b", "--", "\r\n", "\n", "\r\n\r\n", "Content-Type: a/b", ":", "x", " ");
		fc.assert(
			fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
				const content = pieces.join("");
				for (const part of partsOf(body("multipart/mixed;boundary=b", content)))
					expect(content).toContain(part.content);
			}),
		);
	});
});
