import { describe, expect, test } from "bun:test";
import { LocalDescription } from "../../../../src/sip/sdp/local-description.ts";
import { hearingPlace } from "../../../../src/sip/sdp/sound.ts";

const OWN = "192.0.2.1";

/** What a phone says, with these lines after its session's. */
function sdp(lines: readonly string[], connection: string | undefined = "c=IN IP4 192.0.2.9"): string {
	const session = [
		"v=0",
		"o=phone 1 1 IN IP4 192.0.2.9",
		"s=-",
		...(connection ? [connection] : []),
		"t=0 0",
	];
	return `${[...session, ...lines].join("\r\n")}\r\n`;
}

const AUDIO = "m=audio 4000 RTP/AVP 0";
const HERE = { address: "192.0.2.9", port: 4000, payloadType: 0 as const };

describe("a phone hears us", () => {
	test.each([
		["that says no direction", [AUDIO], HERE],
		["that only receives", [AUDIO, "a=recvonly"], HERE],
		[
			"in the codec that it names first",
			["m=audio 4000 RTP/AVP 9 8 0"],
			{ ...HERE, payloadType: 8 as const },
		],
		["at the address of its stream", [AUDIO, "c=IN IP4 192.0.2.10"], { ...HERE, address: "192.0.2.10" }],
		["with its RTCP elsewhere on the machine", [AUDIO, "a=rtcp:4009"], { ...HERE, rtcpPort: 4009 }],
		[
			"with its RTCP at the same address",
			[AUDIO, "a=rtcp:4009 IN IP4 192.0.2.9"],
			{ ...HERE, rtcpPort: 4009 },
		],
		[
			"but gets no RTCP on another machine",
			[AUDIO, "a=rtcp:4009 IN IP4 192.0.2.7"],
			{ ...HERE, rtcpPort: 0 },
		],
		["with more streams than that", ["m=video 5000 RTP/AVP 96", AUDIO, "m=audio 0 RTP/AVP 8"], HERE],
	])("%s", (_what, lines, place) => {
		expect(hearingPlace(sdp(lines), OWN)).toEqual(place);
	});

	test("over IPv6", () => {
		const text = sdp([AUDIO], "c=IN IP6 2001:db8::9");
		expect(hearingPlace(text, "2001:db8::1")).toEqual({ ...HERE, address: "2001:db8::9" });
		expect(hearingPlace(text, OWN)).toBeUndefined();
	});
});

describe("a phone hears nothing", () => {
	test.each([
		["that says so", [AUDIO, "a=inactive"]],
		["that says so for its session", ["a=sendonly", AUDIO]],
		["that has no audio", ["m=video 5000 RTP/AVP 0"]],
		["whose first audio is refused", ["m=audio 0 RTP/AVP 0", AUDIO]],
		["in other codecs", ["m=audio 4000 RTP/AVP 9 101"]],
		["with secure streams only", ["m=audio 4000 RTP/SAVP 0"]],
		["at port 70000", ["m=audio 70000 RTP/AVP 0"]],
	])("%s", (_what, lines) => {
		expect(hearingPlace(sdp(lines), OWN)).toBeUndefined();
	});

	test.each([
		"c=IN IP4 phone.example.com",
		"c=IN IP4 0.0.0.0",
		"c=IN IP4 255.255.255.255",
		"c=IN IP4 239.1.2.3/127",
		"c=IN IP4 239.1.2.3",
		"c=IN IP4 127.0.0.1",
		"c=IN IP4 2001:db8::9",
		"c=IN IP6 192.0.2.9",
		"",
	])("at %s", (connection) => {
		expect(hearingPlace(sdp([AUDIO], connection), OWN)).toBeUndefined();
	});

	test.each(["c=IN IP6 ::", "c=IN IP6 ff02::1", "c=IN IP6 ::ffff:192.0.2.9", "c=IN IP6 ::1"])(
		"at %s",
		(connection) => {
			expect(hearingPlace(sdp([AUDIO], connection), "2001:db8::1")).toBeUndefined();
		},
	);

	test("without a description that can be read", () => {
		for (const text of [undefined, "", "x"]) expect(hearingPlace(text, OWN)).toBeUndefined();
	});
});

test("a phone on this machine hears us on this machine", () => {
	expect(hearingPlace(sdp([AUDIO], "c=IN IP4 127.0.0.1"), "127.0.0.1")).toEqual({
		...HERE,
		address: "127.0.0.1",
	});
});

test("sound that is offered again keeps its place among the streams, and is withdrawn when it is refused", () => {
	const local = new LocalDescription(OWN);
	local.placeholder();
	const place = { address: OWN, port: 10_000 };
	local.inactive(sdp([AUDIO, "m=video 5000 RTP/AVP 96"]));
	const offer = local.sound(place);
	expect(offer.sdp).toContain("m=audio 10000 RTP/AVP 0 8 101\r\n");
	expect(offer.sdp).toEndWith("a=sendonly\r\nm=video 0 RTP/AVP 96\r\n".replace("96", "0"));
	expect(local.sounds(place)).toBe(true);
	offer.withdraw();
	expect(local.sounds(place)).toBe(false);
});

test("an answer of sound refuses the streams beside it", () => {
	const local = new LocalDescription(OWN);
	const answer = local.soundAnswer(sdp(["m=audio 4000 RTP/AVP 101 8 9", "m=video 5000 RTP/AVP 96"]), {
		address: OWN,
		port: 10_000,
	});
	const [, media] = /(m=audio[\s\S]*)/.exec(answer ?? "") ?? [];
	expect(media).toBe(
		"m=audio 10000 RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\na=ptime:20\r\na=sendonly\r\nm=video 0 RTP/AVP 96\r\n",
	);
});
