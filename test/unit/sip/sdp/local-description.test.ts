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

	test("never throws", () => {
		fc.assert(fc.property(fc.string(), (text) => void parseSdp(text)));
	});
});
