import { describe, expect, test } from "bun:test";
import { FramingError, MAX_MESSAGE_BYTES, StreamFramer } from "../../../../src/sip/message/framer.ts";
import { readMessage } from "../../../../src/sip/message/reader.ts";
import { bytesOf, invite, raw, response, SDP } from "./wire-text.ts";

interface Heard {
	readonly messages: string[];
	keepAlives: number;
}

function listen(limit?: number) {
	const heard: Heard = { messages: [], keepAlives: 0 };
	const framer = new StreamFramer(
		{
			onMessage: (bytes) => heard.messages.push(new TextDecoder().decode(bytes)),
			onKeepAlive: () => {
				heard.keepAlives++;
			},
		},
		limit,
	);
	const push = (chunk: Uint8Array): void => {
		for (let rest = chunk; rest.length > 0; ) rest = framer.push(rest);
	};
	return { push, heard };
}

const FIRST = invite({ "Content-Type": "application/sdp" }, SDP);
const SECOND = response("SIP/2.0 200 OK", {}, "Grüße");

describe("StreamFramer cuts messages by Content-Length", () => {
	test("joined in one piece", () => {
		const { push, heard } = listen();
		push(bytesOf(FIRST + SECOND + FIRST));
		expect(heard.messages).toEqual([FIRST, SECOND, FIRST]);
	});

	test("cut at every byte", () => {
		const bytes = bytesOf(FIRST + SECOND);
		for (let cut = 0; cut <= bytes.length; cut++) {
			const { push, heard } = listen();
			push(bytes.subarray(0, cut));
			push(bytes.subarray(cut));
			expect(heard.messages).toEqual([FIRST, SECOND]);
		}
	});

	test("byte by byte, from a chunk that is used again", () => {
		const { push, heard } = listen();
		const chunk = new Uint8Array(1);
		for (const byte of bytesOf(FIRST + SECOND)) {
			chunk[0] = byte;
			push(chunk);
		}
		expect(heard.messages).toEqual([FIRST, SECOND]);
	});

	test("a message is handed over as soon as it is whole", () => {
		const { push, heard } = listen();
		const bytes = bytesOf(FIRST);
		push(bytes.subarray(0, -1));
		expect(heard.messages).toEqual([]);
		push(bytes.subarray(-1));
		expect(heard.messages).toEqual([FIRST]);
	});

	test.each([
		"Content-Length: 5",
		"l:5",
		"CONTENT-LENGTH  :  5  ",
		"Content-Length:\r\n 5",
		"L: 5\r\nContent-Length: 5",
		"l: 0005",
	])("%j is a length", (line) => {
		const { push, heard } = listen();
		const text = raw(["BYE sip:a@b SIP/2.0", "Call-ID: l", "Content-Language: en", "Lang: 7", line], "hello");
		push(bytesOf(`${text}${FIRST}`));
		expect(heard.messages).toEqual([text, FIRST]);
	});
});

describe("StreamFramer hears keep-alives", () => {
	test("a double CRLF between messages is a ping, a single one is not", () => {
		const { push, heard } = listen();
		push(bytesOf(`\r\n${FIRST}\r\n\r\n${SECOND}\r\n\r\n\r\n\r\n`));
		expect(heard).toEqual({ messages: [FIRST, SECOND], keepAlives: 3 });
	});

	test("a ping may come in pieces", () => {
		const { push, heard } = listen();
		for (const byte of bytesOf(`\r\n\r\n${FIRST}`)) push(Uint8Array.of(byte));
		expect(heard).toEqual({ messages: [FIRST], keepAlives: 1 });
	});
});

describe("StreamFramer gives up", () => {
	test.each([
		["without Content-Length", raw(["BYE sip:a@b SIP/2.0", "Call-ID: 1"]), /Content-Length is missing/],
		["on a length above the limit", raw(["BYE sip:a@b SIP/2.0", "l: 65536"]), /larger than 65536 bytes/],
		["on a huge length", raw(["BYE sip:a@b SIP/2.0", `l: ${"9".repeat(400)}`]), /larger than/],
		["on bytes of another protocol", "\u0016\u0003\u0001", /Garbage/],
		["on a blank before the start line", ` ${FIRST}`, /Garbage/],
		["on a CR alone before the start line", `\rI`, /Garbage/],
		["on a start line of another protocol", "GET / HTTP/1.1\r\n", /Start line/],
		["on a lone LF", "BYE sip:a@b SIP/2.0\nl: 0\n\n", /CRLF/],
	])("%s", (_what, text, reason) => {
		for (const size of [text.length, 1]) {
			const { push, heard } = listen();
			const bytes = bytesOf(text);
			expect(() => {
				for (let at = 0; at < bytes.length; at += size) push(bytes.subarray(at, at + size));
			}).toThrow(reason);
			expect(() => push(bytesOf(FIRST))).toThrow(FramingError);
			expect(heard.messages).toEqual([]);
		}
	});

	test.each([
		["that is no number", ["Content-Length: 1x"], /Malformed Content-Length/],
		["that is negative", ["l: -1"], /Malformed Content-Length/],
		["that is empty", ["l:"], /Malformed Content-Length/],
		["that is there twice with different values", ["l: 1", "Content-Length: 2"], /Different Content-Length/],
		["that is there twice, once malformed", ["l: 0", "l: -0"], /Malformed Content-Length/],
	])(
		"on a Content-Length %s, whose head is handed over as one that cannot be read",
		(_what, lines, reason) => {
			const head = invite({ "Content-Length": undefined }).replace(/\r\n$/, `${lines.join("\r\n")}\r\n\r\n`);
			for (const size of [head.length, 1]) {
				const { push, heard } = listen();
				const bytes = bytesOf(`${head}body`);
				expect(() => {
					for (let at = 0; at < bytes.length; at += size) push(bytes.subarray(at, at + size));
				}).toThrow(reason);
				expect(() => push(bytesOf(FIRST))).toThrow(FramingError);
				expect(heard.messages).toEqual([head]);
				expect(readMessage(bytesOf(head))).toMatchObject({ kind: "broken" });
			}
		},
	);

	test("messages before the fault are handed over", () => {
		const { push, heard } = listen();
		expect(() => push(bytesOf(`${FIRST}nonsense\r\n`))).toThrow(FramingError);
		expect(heard.messages).toEqual([FIRST]);
	});

	test("while a head grows over the limit, and not only at its end", () => {
		const { push } = listen();
		push(bytesOf("BYE sip:a@b SIP/2.0\r\n"));
		let pushed = 21;
		expect(() => {
			for (; pushed < 2 * MAX_MESSAGE_BYTES; pushed += 1000) push(bytesOf(`Subject: ${"x".repeat(989)}\r\n`));
		}).toThrow(/larger than 65536 bytes/);
		expect(pushed).toBeLessThanOrEqual(MAX_MESSAGE_BYTES);
	});

	test("not on a message of exactly the limit", () => {
		const { push, heard } = listen();
		const headLength = raw(["BYE sip:a@b SIP/2.0", "l: 65500"]).length;
		const bodyLength = MAX_MESSAGE_BYTES - headLength;
		push(bytesOf(raw(["BYE sip:a@b SIP/2.0", `l: ${bodyLength}`], "x".repeat(bodyLength)) + FIRST));
		expect(heard.messages.map((message) => message.length)).toEqual([MAX_MESSAGE_BYTES, FIRST.length]);
	});

	test("when its user throws: the place in the stream is lost", () => {
		const framer = new StreamFramer({
			onMessage: () => {
				throw new Error("user");
			},
			onKeepAlive: () => undefined,
		});
		expect(() => framer.push(bytesOf(FIRST))).toThrow("user");
		expect(() => framer.push(bytesOf(FIRST))).toThrow(FramingError);
	});
});
