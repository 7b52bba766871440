import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { StreamFramer } from "../../../../src/sip/message/framer.ts";
import { readMessage } from "../../../../src/sip/message/reader.ts";
import { parseNameAddr, parseUri, readUri } from "../../../../src/sip/message/uri.ts";
import { parseVia } from "../../../../src/sip/message/via.ts";
import {
	makeBrokenResponse,
	makeResponse,
	quoteDisplayName,
	stampVia,
} from "../../../../src/sip/message/writer.ts";
import { VALID } from "./torture-valid.ts";
import { bytesOf, invite, response, SDP } from "./wire-text.ts";

const SAMPLES = [
	...VALID.map(({ text }) => text),
	invite({ "Content-Type": "application/sdp" }, SDP),
	response("SIP/2.0 200 OK", { "Record-Route": "<sip:p1;lr>, <sip:p2;lr>" }, SDP),
].map(bytesOf);

/** A sample in which some bytes are replaced, inserted or cut out. */
const mutated = fc
	.record({
		sample: fc.constantFrom(...SAMPLES),
		edits: fc.array(
			fc.record({
				at: fc.nat(2000),
				remove: fc.nat(3),
				insert: fc.oneof(
					fc.uint8Array({ maxLength: 3 }),
					fc
						.constantFrom("\r\n", ";", ",", '"', "<", ">", "%", "@", ":", " ", "\0", "sip:", "\r\n ")
						.map(bytesOf),
				),
			}),
			{ maxLength: 6 },
		),
	})
	.map(({ sample, edits }) => {
		let bytes = [...sample];
		for (const { at, remove, insert } of edits) {
			const place = at % (bytes.length + 1);
			bytes = [...bytes.slice(0, place), ...insert, ...bytes.slice(place + remove)];
		}
		return Uint8Array.from(bytes);
	});

/** Reads, and does with the result what the layers above do. */
function exercise(bytes: Uint8Array): void {
	const result = readMessage(bytes);
	if (result.kind === "broken") {
		if (!result.reply) return;
		stampVia(result.reply, "192.0.2.1", 5060);
		const answer = makeBrokenResponse(result.reply, result.reply.status, result.reason);
		expect(answer.split("\r\n\r\n")).toHaveLength(2);
		return;
	}
	const { message } = result;
	for (const value of [message.from, message.to]) expect(parseNameAddr(String(value))).toBeDefined();
	for (const name of Object.keys(message.headers)) {
		if (name !== "Call-Info") message.parseHeader(name);
	}
	if (result.kind === "response") return;
	String(result.message.ruri?.clone());
	stampVia(result.message, "192.0.2.1", 5060);
	const answer = readMessage(bytesOf(makeResponse(result.message, 404)));
	if (answer.kind !== "response") throw new Error("our own response cannot be read");
	expect(answer.message.callId).toBe(message.callId);
	expect(answer.message.cseq).toBe(message.cseq);
	expect(answer.message.getHeaders("Via")).toEqual(message.getHeaders("Via"));
	expect(answer.message.fromTag).toBe(message.fromTag);
	expect(answer.message.from.toString()).toBe(message.from.toString());
}

describe("readMessage", () => {
	test("says in one line what is wrong with bytes that are no message", () => {
		fc.assert(
			fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
				const result = readMessage(bytes);
				if (result.kind !== "broken") throw new Error("random bytes are no message");
				expect(result.reason).toMatch(/^[ -~]+$/);
			}),
		);
	});

	test("never throws on a message that was tampered with, and what it reads can be written", () => {
		fc.assert(fc.property(mutated, exercise), { numRuns: 3000 });
	});

	test("takes time in proportion to the length, whatever is repeated", () => {
		for (const piece of [
			" ",
			"\r\n ",
			";a",
			";",
			",",
			"<",
			'"',
			"c\r\n",
			"v:x\r\n",
			"m:<sip:a@b>\r\n",
			"%",
			"&a=b",
			"a:\r\n",
			":",
		]) {
			const filler = piece.repeat(60_000 / piece.length);
			for (const place of [
				"Via: SIP/2.0/UDP h;branch=z9hG4bK1",
				"To: <sip:bob@example.net",
				"Contact: <sip:a@b?a=b",
				"Subject: x\r\n",
			]) {
				readMessage(bytesOf(`INVITE sip:a@b SIP/2.0\r\n${place}${filler}\r\n\r\n`));
			}
		}
	});
});

describe("URIs and header values", () => {
	const part = fc.string({
		unit: fc.constantFrom(..."abZ09-_.!~*'()&=+$,;?/%41:@[]<>\"\\ \té"),
		maxLength: 30,
	});

	test("never make the readers throw, and are written as they were read", () => {
		fc.assert(
			fc.property(fc.constantFrom("sip:", "sips:", "tel:", ""), part, (scheme, rest) => {
				const uri = readUri(scheme + rest);
				if (uri) {
					expect(uri.toString()).toBe(scheme + rest);
					expect(readUri(uri.clone().toString())?.user).toBe(uri.user as string);
					uri.setParam("x", "y");
					expect(readUri(uri.toString())).toBeDefined();
				}
				parseUri(scheme + rest);
				parseVia(rest);
				parseNameAddr(rest);
			}),
			{ numRuns: 2000 },
		);
	});

	test("what is strictly valid is also read when received", () => {
		fc.assert(
			fc.property(part, (rest) => {
				if (parseUri(`sip:${rest}`)) expect(readUri(`sip:${rest}`)).toBeDefined();
			}),
		);
	});

	test("any display name can be written and read back", () => {
		fc.assert(
			fc.property(fc.string({ unit: "binary" }), (name) => {
				const text = `"${quoteDisplayName(name)}" <sip:a@b>`;
				expect(parseNameAddr(text)?.displayName).toBe(quoteDisplayName(name));
				const result = readMessage(bytesOf(invite({ From: `${text};tag=1` })));
				expect(result.kind).toBe("request");
			}),
		);
	});

	test("any user part can be set and read back", () => {
		fc.assert(
			fc.property(fc.string({ unit: "grapheme", minLength: 1 }), (user) => {
				const uri = readUri("sip:x@example.com");
				if (!uri) throw new Error("unreachable");
				uri.user = user;
				const read = parseUri(uri.toString());
				expect(read?.user).toBe(user);
			}),
		);
	});
});

describe("StreamFramer", () => {
	const messages = fc.array(
		fc.record({ body: fc.string({ unit: "grapheme", maxLength: 50 }), ping: fc.boolean() }),
		{ minLength: 1, maxLength: 6 },
	);

	test("gives the same messages for any cutting", () => {
		fc.assert(
			fc.property(messages, fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1 }), (list, sizes) => {
				const texts = list.map(({ body }) => invite({}, body));
				const stream = bytesOf(
					list.map(({ ping }, index) => (ping ? "\r\n\r\n" : "") + texts[index]).join(""),
				);
				const heard: string[] = [];
				let pings = 0;
				const framer = new StreamFramer({
					onMessage: (bytes) => heard.push(new TextDecoder().decode(bytes)),
					onKeepAlive: () => {
						pings++;
					},
				});
				for (let at = 0, turn = 0; at < stream.length; turn++) {
					const size = sizes[turn % sizes.length] as number;
					for (let rest = stream.subarray(at, at + size); rest.length > 0; ) rest = framer.push(rest);
					at += size;
				}
				expect(heard).toEqual(texts);
				expect(pings).toBe(list.filter(({ ping }) => ping).length);
			}),
		);
	});
});
