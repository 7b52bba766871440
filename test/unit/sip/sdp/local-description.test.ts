import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import {
	formatSdp,
	mediaType,
	parseSdp,
	type SessionDescription,
} from "../../../../src/sip/sdp/description.ts";
import { LocalDescription, restoreOrder } from "../../../../src/sip/sdp/local-description.ts";

const HEAD = ["v=0", "o=phone 1 1 IN IP4 192.0.2.9", "s=-", "c=IN IP4 192.0.2.9", "t=0 0"];
const AUDIO = ["m=audio 4000 RTP/AVP 0 101", "a=rtpmap:101 telephone-event/8000", "a=sendrecv"];
const VIDEO = ["m=video 5000 RTP/AVP 31"];

const describeMedia = (...media: string[][]): SessionDescription => ({ session: HEAD, media });

function origin(sdp: string | undefined): { session: string; version: number; rest: string } {
	const [, session = "", version = "", rest = ""] = /o=clicktocall (\d+) (\d+) (.*)\r/.exec(sdp ?? "") ?? [];
	return { session, version: Number(version), rest };
}

function read(sdp: string | undefined): SessionDescription {
	const description = parseSdp(sdp ?? "");
	if (!description) throw new Error(`no description: ${sdp}`);
	return description;
}

describe("our description in a dialog", () => {
	test("keeps its session id and counts its version up by one at each change", () => {
		const local = new LocalDescription("192.0.2.1");
		const first = origin(local.placeholder());
		const second = origin(local.offer(describeMedia(AUDIO)).sdp);
		const same = origin(local.offer(describeMedia(AUDIO)).sdp);
		const third = origin(local.offer(describeMedia(["m=audio 4002 RTP/AVP 0"])).sdp);
		expect(new Set([first.session, second.session, third.session]).size).toBe(1);
		expect([
			second.version - first.version,
			same.version - second.version,
			third.version - second.version,
		]).toEqual([1, 0, 1]);
		expect(first.rest).toBe("IN IP4 192.0.2.1");
	});

	test("never uses a version for two texts, also when an offer was refused", () => {
		const local = new LocalDescription("192.0.2.1");
		const hold = describeMedia(["m=audio 4000 RTP/AVP 0", "a=sendonly"]);
		const agreed = local.offer(describeMedia(AUDIO)).sdp;
		const refused = local.offer(hold);
		refused.withdraw();
		expect(local.current).toContain("a=sendrecv");
		const again = local.offer(describeMedia(AUDIO)).sdp;
		expect([refused.sdp, again].map((sdp) => origin(sdp).version - origin(agreed).version)).toEqual([1, 2]);
	});

	test("that is said again has its version again, unless a refused one came between", () => {
		const local = new LocalDescription("192.0.2.1");
		const agreed = local.offer(describeMedia(AUDIO)).sdp;
		expect([local.current, local.restate()]).toEqual([agreed, agreed]);
		local.offer(describeMedia(["m=audio 4000 RTP/AVP 0", "a=sendonly"])).withdraw();
		const looked = local.current;
		expect(local.current).toBe(looked);
		const restated = local.restate();
		expect(restated).toBe(looked);
		expect(origin(restated).version - origin(agreed).version).toBe(2);
		expect(local.restate()).toBe(restated);
	});

	test("of another dialog of the same INVITE goes on by itself", () => {
		const local = new LocalDescription("192.0.2.1");
		const first = origin(local.placeholder());
		const forks = [local.fork(), local.fork()].map((fork) => origin(fork.offer(describeMedia(AUDIO)).sdp));
		expect(forks).toEqual([0, 1].map(() => ({ ...first, version: first.version + 1 })));
		expect(local.current).toContain("a=inactive");
	});

	test("begins with what phones speak, PCMU first, and no media flows", () => {
		const [audio, ...others] = read(new LocalDescription("192.0.2.1").placeholder()).media;
		expect(others).toEqual([]);
		expect(audio?.[0]).toBe("m=audio 8000 RTP/AVP 0 8 9 96 101");
		expect(audio?.filter((line) => line.startsWith("a=rtpmap:"))).toEqual([
			"a=rtpmap:0 PCMU/8000",
			"a=rtpmap:8 PCMA/8000",
			"a=rtpmap:9 G722/8000",
			"a=rtpmap:96 opus/48000/2",
			"a=rtpmap:101 telephone-event/8000",
		]);
		expect(audio?.at(-1)).toBe("a=inactive");
	});

	test("says IP6 for an IPv6 address", () => {
		expect(new LocalDescription("2001:db8::1").placeholder()).toContain("c=IN IP6 2001:db8::1\r\n");
	});

	test("keeps the placeholder's audio first when the other phone puts video first, and restores the answer", () => {
		const local = new LocalDescription("192.0.2.1");
		local.placeholder();
		const other = describeMedia(VIDEO, AUDIO);
		const { sdp, order } = local.offer(other);
		expect(read(sdp).media.map(mediaType)).toEqual(["audio", "video"]);
		const answer = describeMedia(["m=audio 6000 RTP/AVP 0"], ["m=video 0 RTP/AVP 31"]);
		expect(restoreOrder(answer, order, other).media.map((section) => section[0])).toEqual([
			"m=video 0 RTP/AVP 31",
			"m=audio 6000 RTP/AVP 0",
		]);
	});

	test("never takes a section away: what the other phone lacks is disabled", () => {
		const local = new LocalDescription("192.0.2.1");
		local.offer(describeMedia(AUDIO, VIDEO));
		const { sdp, order } = local.offer(describeMedia(VIDEO));
		expect(read(sdp).media.map((section) => section[0])).toEqual([
			"m=audio 0 RTP/AVP 0",
			"m=video 5000 RTP/AVP 31",
		]);
		expect(order).toEqual([-1, 0]);
	});

	test("an answer that says less than was offered refuses the rest", () => {
		const other = describeMedia(AUDIO, VIDEO);
		const { order } = new LocalDescription("192.0.2.1").offer(other);
		expect(restoreOrder(describeMedia(AUDIO), order, other).media[1]).toEqual(["m=video 0 RTP/AVP 31"]);
	});

	test("an inactive answer agrees to audio only, and no media flows", () => {
		const answer = read(new LocalDescription("192.0.2.1").inactive(formatSdp(describeMedia(AUDIO, VIDEO))));
		expect(answer.media).toEqual([
			["m=audio 8000 RTP/AVP 0 101", "a=rtpmap:101 telephone-event/8000", "a=inactive"],
			["m=video 0 RTP/AVP 31"],
		]);
	});

	test("an inactive answer leaves a stream alone that is offered as refused", () => {
		const answer = read(
			new LocalDescription("192.0.2.1").inactive(formatSdp(describeMedia(["m=audio 0 RTP/AVP 0"], AUDIO))),
		);
		expect(answer.media.map((section) => section[0])).toEqual([
			"m=audio 0 RTP/AVP 0",
			"m=audio 8000 RTP/AVP 0 101",
		]);
	});

	const KEY = Buffer.alloc(30, 1).toString("base64");

	test("an inactive answer to a secure stream takes up its first suite, with a key of its own", () => {
		const secure = [
			"m=audio 4000 RTP/SAVP 0",
			`a=crypto:7 AES_CM_128_HMAC_SHA1_80 inline:${KEY}|2^20|1:4`,
			`a=crypto:8 AES_CM_128_HMAC_SHA1_32 inline:${KEY}`,
		];
		const answer = read(new LocalDescription("192.0.2.1").inactive(formatSdp(describeMedia(secure))));
		const [media, crypto = "", direction] = answer.media[0] ?? [];
		expect([media, direction]).toEqual(["m=audio 8000 RTP/SAVP 0", "a=inactive"]);
		const [, key = ""] = /^a=crypto:7 AES_CM_128_HMAC_SHA1_80 inline:(\S+)$/.exec(crypto) ?? [];
		expect(Buffer.from(key, "base64")).toHaveLength(30);
		expect(key).not.toBe(KEY);
	});

	test("an inactive answer has no keys for a stream that may do without", () => {
		const either = ["m=audio 4000 RTP/AVP 0", `a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:${KEY}`];
		const answer = read(new LocalDescription("192.0.2.1").inactive(formatSdp(describeMedia(either))));
		expect(answer.media[0]).toEqual(["m=audio 8000 RTP/AVP 0", "a=inactive"]);
	});

	test.each([
		["a=setup:actpass", "a=setup:active"],
		["a=setup:active", "a=setup:passive"],
	])("an inactive answer to a stream with DTLS and %s has a fingerprint and %s", (offered, answered) => {
		const media = ["m=audio 9 UDP/TLS/RTP/SAVPF 111", "a=rtpmap:111 opus/48000/2", "a=mid:0", "a=rtcp-mux"];
		const session = [...HEAD, "a=fingerprint:sha-256 AA:BB", offered, "a=ice-ufrag:abcd", "a=ice-pwd:0123"];
		const answer = read(new LocalDescription("192.0.2.1").inactive(formatSdp({ session, media: [media] })));
		const lines = answer.media[0] ?? [];
		expect(lines).toContain(answered);
		expect(lines.find((line) => line.startsWith("a=fingerprint:"))).toMatch(
			/^a=fingerprint:sha-256 ([0-9A-F]{2}:){31}[0-9A-F]{2}$/,
		);
		expect(lines.map((line) => line.replace(/:.*/, ""))).toEqual([
			"m=audio 8000 UDP/TLS/RTP/SAVPF 111",
			"a=rtpmap",
			"a=fingerprint",
			"a=setup",
			"a=ice-ufrag",
			"a=ice-pwd",
			"a=mid",
			"a=rtcp-mux",
			"a=inactive",
		]);
	});

	test("an unchanged answer leaves the streams as they are and refuses new ones", () => {
		const local = new LocalDescription("192.0.2.1");
		local.offer(describeMedia(AUDIO));
		const answer = read(local.unchanged(formatSdp(describeMedia(["m=audio 7000 RTP/AVP 0"], VIDEO))));
		expect(answer.media).toEqual([AUDIO, ["m=video 0 RTP/AVP 31"]]);
	});

	test("an unchanged answer refuses a stream of another transport, and where nothing was described all", () => {
		const local = new LocalDescription("192.0.2.1");
		const offer = formatSdp(describeMedia(["m=audio 7000 RTP/SAVP 0"]));
		expect(read(local.unchanged(offer)).media).toEqual([["m=audio 0 RTP/SAVP 0"]]);
		local.offer(describeMedia(AUDIO));
		expect(read(local.unchanged(offer)).media).toEqual([["m=audio 0 RTP/SAVP 0"]]);
	});

	test("a refusal refuses every stream", () => {
		const refusal = read(new LocalDescription("192.0.2.1").refuse(formatSdp(describeMedia(AUDIO, VIDEO))));
		expect(refusal.media.map((section) => section[0])).toEqual([
			"m=audio 0 RTP/AVP 0 101",
			"m=video 0 RTP/AVP 31",
		]);
	});

	test("over any series of offers each slot keeps its media type and nothing disappears", () => {
		const media = fc.array(fc.constantFrom(AUDIO, VIDEO, ["m=text 9 RTP/AVP 98"]), {
			minLength: 1,
			maxLength: 5,
		});
		fc.assert(
			fc.property(fc.array(media, { minLength: 1, maxLength: 6 }), (offers) => {
				const local = new LocalDescription("192.0.2.1");
				let slots = read(local.placeholder()).media.map(mediaType);
				for (const sections of offers) {
					const now = read(local.offer({ session: HEAD, media: sections }).sdp).media.map(mediaType);
					expect(now.slice(0, slots.length)).toEqual(slots);
					slots = now;
				}
			}),
		);
	});
});

describe("reading a description", () => {
	test.each([
		["nothing", ""],
		["no version", "o=x 1 1 IN IP4 1.2.3.4\r\ns=-\r\n"],
		["no origin", "v=0\r\ns=-\r\n"],
		["a line that is none", "v=0\r\no=x 1 1 IN IP4 1.2.3.4\r\nrubbish\r\n"],
		["too long", `v=0\r\no=x 1 1 IN IP4 1.2.3.4\r\ns=${"x".repeat(40_000)}\r\n`],
	])("refuses %s", (_what, text) => {
		expect(parseSdp(text)).toBeUndefined();
	});

	test("takes any line end and writes CRLF", () => {
		const text = [...HEAD, ...AUDIO].join("\n");
		expect(formatSdp(read(text))).toBe(`${[...HEAD, ...AUDIO].join("\r\n")}\r\n`);
	});

	test("never throws, and what was read is read again as it was written", () => {
		const line = fc.oneof(
			fc.constantFrom(...HEAD, ...AUDIO, "v=0 ", ""),
			fc.tuple(fc.constantFrom("m", "a", "c", "x", "="), fc.string()).map((parts) => parts.join("=")),
		);
		const odd = fc.oneof({ weight: 9, arbitrary: line }, { weight: 1, arbitrary: fc.string() });
		let found = 0;
		fc.assert(
			fc.property(fc.array(odd), fc.constantFrom("\r\n", "\n", "\r"), (lines, end) => {
				const description = parseSdp([...HEAD, ...lines].join(end));
				if (!description) return;
				found += 1;
				expect(parseSdp(formatSdp(description))).toEqual(description);
			}),
		);
		expect(found).toBeGreaterThan(10);
	});
});
