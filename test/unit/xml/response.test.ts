import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { CallResult } from "../../../src/call/types.ts";
import { AnswerWriter, escapeXml } from "../../../src/xml/response.ts";
import { BUSY_INITIATOR, bytes, frameOf, MANUAL_REQUEST, text } from "./support.ts";

function answerBytes(request: Uint8Array, result: CallResult): Uint8Array {
	return Buffer.from(new AnswerWriter(frameOf(request)).write(result).join(""), "latin1");
}

const answer = (request: string, result: CallResult): string => text(answerBytes(bytes(request), result));

const HEAD = MANUAL_REQUEST.slice(0, -"</ClickToCall>".length);

describe("an answer", () => {
	test("is the request with the response after </Request> and its white space", () => {
		const request =
			"<ClickToCall>\n <Request>\n   <Initiator>a</Initiator>\n <Ref>crm-77</Ref> </Request>\n</ClickToCall>";
		expect(answer(request, BUSY_INITIATOR)).toBe(
			"<ClickToCall>\n <Request>\n   <Initiator>a</Initiator>\n <Ref>crm-77</Ref> </Request>\n\r\n" +
				"  <Response>\r\n" +
				'    <Result Code="486" Leg="Initiator">Failed to connect to initiator</Result>\r\n' +
				"  </Response>\r\n</ClickToCall>",
		);
	});

	test.each<[CallResult, string]>([
		[
			{ code: 180, leg: "Initiator", text: "Ringing initiator", final: false },
			'    <Result Code="180" Leg="Initiator">Ringing initiator</Result>\r\n',
		],
		[
			{ code: 200, leg: "Initiator", text: "Connected to initiator", final: false },
			'    <Result Code="200" Leg="Initiator">Connected to initiator</Result>\r\n',
		],
		[
			{ code: 180, leg: "Destination", text: "Ringing destination", final: false },
			'    <Result Code="180" Leg="Destination">Ringing destination</Result>\r\n',
		],
		[
			{ code: 200, leg: "Destination", text: "Connected to destination", final: true },
			'    <Result Code="200" Leg="Destination">Connected to destination</Result>\r\n',
		],
		[
			{ code: 603, leg: "Destination", text: "Failed to connect to destination", final: true },
			'    <Result Code="603" Leg="Destination">Failed to connect to destination</Result>\r\n',
		],
		[
			{ code: 400, text: "Unknown method", final: true },
			'    <Result Code="400">Unknown method</Result>\r\n',
		],
		[
			{
				code: 100,
				text: "In progress",
				final: false,
				translated: { initiator: "sip:alice@example.com", destination: "sip:9055551234@gw.example.com" },
			},
			"    <TranslatedInitiator>sip:alice@example.com</TranslatedInitiator>\r\n" +
				"    <TranslatedDestination>sip:9055551234@gw.example.com</TranslatedDestination>\r\n" +
				'    <Result Code="100">In progress</Result>\r\n',
		],
	])("with the result %j has its lines", (result, lines) => {
		expect(answer(MANUAL_REQUEST, result)).toBe(
			`${HEAD}\r\n  <Response>\r\n${lines}  </Response>\r\n</ClickToCall>`,
		);
	});

	test("to a request without <Request> is bare", () => {
		expect(answer("<ClickToCall></ClickToCall>", { code: 400, text: "No", final: true })).toBe(
			'<Response>\r\n    <Result Code="400">No</Result>\r\n</Response>',
		);
	});

	test("escapes URIs and texts", () => {
		const written = answer(MANUAL_REQUEST, {
			code: 100,
			text: 'a & "b" <c>',
			final: false,
			translated: { initiator: "sip:b1%20&%20%3Cx%3E@example.com", destination: "sip:x;a=<b>" },
		});
		expect(written).toContain(
			"<TranslatedInitiator>sip:b1%20&amp;%20%3Cx%3E@example.com</TranslatedInitiator>",
		);
		expect(written).toContain("<TranslatedDestination>sip:x;a=&lt;b&gt;</TranslatedDestination>");
		expect(written).toContain('>a &amp; "b" &lt;c&gt;</Result>');
	});

	test("repeats bytes that are not UTF-8 as they came", () => {
		const request = bytes("<C><Request>?</Request>\t\r\n</C>");
		request[request.indexOf(0x3f)] = 0xfc;
		const written = answerBytes(request, { code: 400, text: "Parse error", final: true });
		expect(written.subarray(0, request.length - 4)).toEqual(Buffer.from(request.subarray(0, -4)));
	});

	test("keeps to the encoding that the request declares", () => {
		const latin1 = (text: string): Uint8Array => Buffer.from(text, "latin1");
		const request = (encoding: string): Uint8Array =>
			latin1(`<?xml version="1.0" encoding="${encoding}"?><C><Request>M\u00fcller</Request></C>`);
		const refusal = { code: 400, text: "No rule for Müller, 😀", final: true };
		const foreign = latin1(Buffer.from(answerBytes(request("ISO-8859-1"), refusal)).toString("latin1"));
		expect(Buffer.from(foreign).toString("latin1")).toBe(
			'<?xml version="1.0" encoding="ISO-8859-1"?><C><Request>M\u00fcller</Request>\r\n  <Response>\r\n' +
				'    <Result Code="400">No rule for M&#252;ller, &#128512;</Result>\r\n  </Response>\r\n</C>',
		);
		expect(text(answerBytes(request("UTF-8"), refusal))).toContain("No rule for Müller, 😀");
	});

	test("without its response is the request, byte for byte, whatever its white space and elements", () => {
		const space = fc.array(fc.constantFrom(" ", "\n", "\r\n", "\t")).map((parts) => parts.join(""));
		const field = fc.tuple(fc.constantFrom("Initiator", "Ref", "x-1"), fc.string({ unit: "grapheme" }));
		fc.assert(
			fc.property(space, fc.array(field), space, space, (lead, fields, after, end) => {
				const inner = fields.map(([name, value]) => `<${name}>${escapeXml(value)}</${name}>`).join(lead);
				const request = `<ClickToCall>${lead}<Request>${inner}</Request>${after}<Other/>${end}</ClickToCall>`;
				const response = '\r\n  <Response>\r\n    <Result Code="400">No</Result>\r\n  </Response>\r\n';
				const written = answer(request, { code: 400, text: "No", final: true });
				expect(written.split(response).join("")).toBe(request);
				expect(written.indexOf(response)).toBe(request.indexOf("<Other/>"));
			}),
		);
	});
});

describe("escapeXml", () => {
	test("replaces what XML cannot say", () => {
		expect(escapeXml("a\u0000b\ud800c\rd\ne")).toBe("a\ufffdb\ufffdc&#13;d\ne");
	});
});
