import { describe, expect, test } from "bun:test";
import { type SessionBody, sessionBodyOf } from "../../../../src/sip/leg/bodies.ts";
import { readMessage } from "../../../../src/sip/message/reader.ts";
import { PHONE_SDP } from "../../../support/leg-bench.ts";

/** What is understood of a request with this body. */
function read(body: string, ...headers: string[]): SessionBody {
	const text = [
		"UPDATE sip:a@192.0.2.1 SIP/2.0",
		"Via: SIP/2.0/UDP 192.0.2.9;branch=z9hG4bK1",
		"From: <sip:b@192.0.2.9>;tag=1",
		"To: <sip:a@192.0.2.1>;tag=2",
		"Call-ID: x",
		"CSeq: 1 UPDATE",
		...headers,
		`Content-Length: ${Buffer.byteLength(body)}`,
		"",
		body,
	].join("\r\n");
	const result = readMessage(new TextEncoder().encode(text));
	if (result.kind !== "request") throw new Error(`${result.kind}: ${text}`);
	return sessionBodyOf(result.message);
}

const part = (head: string, content: string): string => `--b\r\n${head}\r\n\r\n${content}\r\n`;
const SDP_PART = part("Content-Type: application/sdp", PHONE_SDP);
const mixed = (...parts: string[]): SessionBody =>
	read(`${parts.join("")}--b--\r\n`, "Content-Type: multipart/mixed;boundary=b");

const DESCRIBED: SessionBody = { sdp: PHONE_SDP, understood: true };
const NOTHING: SessionBody = { sdp: undefined, understood: true };
const REFUSED: SessionBody = { sdp: undefined, understood: false };

describe("a body is a session description", () => {
	test.each([
		"Content-Type: application/sdp",
		"Content-Type: Application/SDP",
		"Content-Type: application/sdp;charset=utf-8",
		"Content-Type: application / sdp ; version=1",
		"c: application/sdp",
	])("when it says so: %s", (type) => {
		expect(read(PHONE_SDP, type)).toEqual(DESCRIBED);
	});

	test("when it is for the session, whether or not that is said", () => {
		const type = "Content-Type: application/sdp";
		expect(read(PHONE_SDP, type, "Content-Disposition: Session;handling=required")).toEqual(DESCRIBED);
		expect(read(PHONE_SDP, type, "Content-Encoding: identity")).toEqual(DESCRIBED);
	});

	test("not when it is for an early session, or compressed", () => {
		const type = "Content-Type: application/sdp";
		expect(read(PHONE_SDP, type, "Content-Disposition: early-session")).toEqual(REFUSED);
		expect(read(PHONE_SDP, type, "Content-Disposition: early-session;handling=optional")).toEqual(NOTHING);
		expect(read(PHONE_SDP, type, "Content-Encoding: gzip")).toEqual(REFUSED);
	});
});

test("no body says nothing", () => {
	expect(read("")).toEqual(NOTHING);
	expect(read("", "Content-Type: application/sdp")).toEqual(NOTHING);
});

describe("a body of another kind", () => {
	test("has to be understood, unless it is optional", () => {
		const type = "Content-Type: application/rs-metadata+xml";
		expect(read("<recording/>", type)).toEqual(REFUSED);
		expect(read("<recording/>", type, "Content-Disposition: recording-session;handling=required")).toEqual(
			REFUSED,
		);
		expect(read("<recording/>", type, "Content-Disposition: recording-session;handling=optional")).toEqual(
			NOTHING,
		);
	});
});

describe("among several parts", () => {
	const ISUP = "Content-Type: application/isup;version=itu-t92+\r\nContent-Disposition: signal;handling=";

	test("the session description counts, first or last, and in a body within", () => {
		const inner = `--i\nContent-Type: application/sdp\n\n${PHONE_SDP}\n--i--`;
		expect(mixed(SDP_PART, part(`${ISUP}optional`, "x"))).toEqual(DESCRIBED);
		expect(mixed(part(`${ISUP}optional`, "x"), SDP_PART)).toEqual(DESCRIBED);
		expect(mixed(part('Content-Type: multipart/related;boundary="i"', inner))).toEqual(DESCRIBED);
	});

	test("one that has to be understood and is not is missed; one that does not say so is not", () => {
		expect(mixed(SDP_PART, part(`${ISUP}required`, "x"))).toEqual({ sdp: PHONE_SDP, understood: false });
		expect(mixed(SDP_PART, part("Content-Type: application/pidf+xml", "<presence/>"))).toEqual(DESCRIBED);
	});

	test("those that hold no session description need to be optional", () => {
		expect(mixed(part("Content-Type: application/pidf+xml", "<presence/>"))).toEqual(REFUSED);
		expect(mixed(part(`${ISUP}optional`, "x"))).toEqual(NOTHING);
		expect(mixed()).toEqual(REFUSED);
	});

	test("the last alternative that is understood counts", () => {
		const other = PHONE_SDP.replace("4000", "5000");
		const alternatives = [
			part("Content-Type: application/sdp", other),
			SDP_PART,
			part("Content-Type: application/sdpng+xml", "<sdpng/>"),
		].join("");
		const type = "Content-Type: multipart/alternative;boundary=b";
		expect(read(`${alternatives}--b--`, type)).toEqual(DESCRIBED);
		expect(read(`${part("Content-Type: text/html", "x")}--b--`, type)).toEqual(REFUSED);
	});

	test("bodies in bodies end somewhere", () => {
		let body = `--b\r\nContent-Type: application/sdp\r\n\r\n${PHONE_SDP}\r\n--b--`;
		for (let depth = 0; depth < 50; depth += 1)
			body = `--b${depth}\r\nContent-Type: multipart/mixed;boundary=b${depth - 1 < 0 ? "" : depth - 1}\r\n\r\n${body}\r\n--b${depth}--`;
		expect(read(body, "Content-Type: multipart/mixed;boundary=b49")).toEqual(REFUSED);
	});
});
