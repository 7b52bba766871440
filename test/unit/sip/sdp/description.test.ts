import { expect, test } from "bun:test";
import { formatSdp, parseSdp } from "../../../../src/sip/sdp/description.ts";

const LINES = ["v=0", "o=phone 1 1 IN IP4 192.0.2.9", "s= ", "t=0 0", "m=audio 4000 RTP/AVP 0", "a=sendrecv"];
const USUAL = `${LINES.join("\r\n")}\r\n`;

test.each([
	["CRLF", USUAL],
	["a blank behind its version", USUAL.replace("v=0", "v=0 ")],
	["a tab behind its version", USUAL.replace("v=0", "v=0\t")],
	["no line end at its end", LINES.join("\r\n")],
	["LF alone", `${LINES.join("\n")}\n`],
	["empty lines around it", `\r\n${USUAL}\r\n\r\n`],
])("a description with %s is read, and written as RFC 8866 has it", (_what, text) => {
	const description = parseSdp(text);
	expect(description && formatSdp(description)).toBe(USUAL);
});

test.each(["v=1", "v=", "v=0 0", "V=0", ""])("'%s' is no version", (line) => {
	expect(parseSdp(USUAL.replace("v=0", line))).toBeUndefined();
});
