import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { isPlainRequest, readPlainRequest } from "../../../src/xml/plain-request.ts";
import { readRequest } from "../../../src/xml/request.ts";
import { frameOf } from "./support.ts";

const request = (inside: string): string => `<ClickToCall><Request>${inside}</Request></ClickToCall>`;

describe("a request as the manual shows it", () => {
	test("gives its fields, with names in any case, trimmed; of two alike the last", () => {
		const text = `<?xml version="1.0" encoding="UTF-8"?>\r\n<ClickToCall>\n  <Request>
    <Initiator> sip:201@[::1]:5060 </Initiator>\r\n\t<DESTINATION>301</DESTINATION><initiator>202</initiator>
  </Request>\n</ClickToCall>`;
		expect(isPlainRequest(text)).toBe(true);
		expect(readPlainRequest(text)).toEqual({ initiator: "202", destination: "301" });
		expect(readPlainRequest(request(""))).toEqual({});
		expect(readPlainRequest(request("<Ref>7</Ref><WantId>1</WantId><AnchorCall></AnchorCall>"))).toEqual({
			wantid: "1",
			anchorcall: "",
		});
	});

	test.each([
		["an entity", request("<Initiator>a&amp;b</Initiator>")],
		["a comment", request("<!-- a --><Initiator>a</Initiator>")],
		["CDATA", request("<Initiator><![CDATA[a]]></Initiator>")],
		["an attribute", request('<Initiator x="1">a</Initiator>')],
		["an element in a field", request("<Initiator><b>a</b></Initiator>")],
		["an empty-element tag", request("<Initiator/>")],
		["names that do not match", request("<Initiator>a</Destination>")],
		["characters beyond ASCII", request("<Initiator>Zo\u00eb</Initiator>")],
		["a line break in a field", request("<Initiator>a\nb</Initiator>")],
		["text between the fields", request("a<Initiator>a</Initiator>")],
		["another root", "<Other><Request></Request></Other>"],
		["an element beside the request", "<ClickToCall><Request></Request><Id>1</Id></ClickToCall>"],
		["another encoding", `<?xml version="1.0" encoding="ISO-8859-1"?>${request("")}`],
	])("%s is for the XML parser", (_what, text) => {
		expect(isPlainRequest(text)).toBe(false);
	});

	test("means what the XML parser makes of it", () => {
		const piece = fc.oneof(
			{ weight: 5, arbitrary: fc.constantFrom("201", "sip:a@[::1]", "true", " ", "\n", "'", '"', "]]", "=") },
			{ weight: 1, arbitrary: fc.constantFrom("&amp;", "&", "<", ">", "]]>", "\r\n", "\u00e9", "<b/>") },
		);
		const value = fc.array(piece, { maxLength: 4 }).map((pieces) => pieces.join(""));
		const name = fc.constantFrom("Initiator", "Destination", "AnchorCall", "destination", "X");
		const gap = fc.constantFrom("", " ", "\r\n  ", "\t");
		const field = fc
			.tuple(gap, name, value)
			.map(([before, tag, text]) => `${before}<${tag}>${text}</${tag}>`);
		let plain = 0;
		fc.assert(
			fc.property(fc.array(field, { maxLength: 5 }), gap, (all, end) => {
				const text = request(all.join("") + end);
				if (!isPlainRequest(text)) return;
				plain += 1;
				// A comment changes nothing but who reads it.
				const parsed = readRequest(frameOf(text.replace("<Request>", "<!-- --><Request>")));
				expect(readRequest(frameOf(text))).toEqual(parsed);
			}),
			{ numRuns: 2000 },
		);
		expect(plain).toBeGreaterThan(200);
	});
});
