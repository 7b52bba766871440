import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { escapeLogText, LineFormat } from "../../../src/log/log-line.ts";
import { redactSip } from "../../../src/log/redact.ts";

describe("a SIP message in the log", () => {
	test.each([
		['Authorization: Digest username="a", response="x"', "Authorization: Digest (hidden)"],
		["proxy-authorization : Basic YWRtaW46YWRtaW4=", "proxy-authorization : Basic (hidden)"],
		["AUTHORIZATION:Bearer abc", "AUTHORIZATION:Bearer (hidden)"],
		["Authorization: Custom abc", "Authorization: (hidden)"],
		['Authentication-Info: rspauth="x"', "Authentication-Info: (hidden)"],
		[
			'Authorization: Digest username="a",\r\n  response="x"\r\n\tnc=1\r\nVia: y',
			"Authorization: Digest (hidden)\r\nVia: y",
		],
		[
			"a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:c2VjcmV0|2^20",
			"a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:(hidden)",
		],
		["k=clear:secret", "k=(hidden)"],
		["To: <sip:alice:geheim@example.com>", "To: <sip:alice:(hidden)@example.com>"],
	])("%j is written as %j", (line, shown) => {
		expect(redactSip(`INVITE sip:b@h SIP/2.0\r\n${line}\r\nX: y`)).toBe(
			`INVITE sip:b@h SIP/2.0\r\n${shown}\r\nX: y`,
		);
	});

	test("without secrets stays as it is", () => {
		const message =
			'SIP/2.0 401 Unauthorized\r\nVia: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK1\r\nContact: <sip:x@192.0.2.1:5060;lr>, <sip:h:5060>\r\nWWW-Authenticate: Digest realm="r", nonce="n"\r\n\r\nv=0\r\n';
		expect(redactSip(message)).toBe(message);
	});

	test("never shows what stands in a header of credentials, however it is folded", () => {
		const name = fc.constantFrom(
			"Authorization",
			"authorization",
			"Proxy-Authorization",
			"PROXY-AUTHORIZATION",
		);
		const fold = fc.constantFrom(" ", "\r\n ", "\r\n\t", "\n ");
		fc.assert(
			fc.property(name, fold, fold, fc.constantFrom("Digest ", "Basic ", ""), (header, one, two, scheme) => {
				const text = `INVITE x SIP/2.0\r\n${header}:${one}${scheme}a=b,${two}GEHEIM\r\nVia: z\r\n\r\n`;
				expect(redactSip(text)).not.toContain("GEHEIM");
				expect(redactSip(text)).toEndWith("\r\nVia: z\r\n\r\n");
			}),
		);
	});
});

describe("a line of the log", () => {
	test("holds no control characters, whatever the message", () => {
		fc.assert(
			fc.property(fc.string({ unit: "binary" }), (message) => {
				const line = new LineFormat().line(0, "INFO", message, "sip");
				expect(line).toStartWith("1970-01-01T00:00:00.000Z INFO    sip - ");
				expect(line).toEndWith("\n");
				expect(line.slice(0, -1)).not.toMatch(/(?!\t)\p{Cc}|\u2028|\u2029/u);
			}),
		);
	});

	test("shows what it escapes", () => {
		expect(escapeLogText("a\u001b[31m\r\n\u009b\u2028\tb")).toBe("a\\x1b[31m\\r\\n\\x9b\\u2028\tb");
	});
});
