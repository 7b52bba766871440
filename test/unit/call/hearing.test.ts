import { beforeEach, describe, expect, test } from "bun:test";
import type { CallService } from "../../../src/call/call-service.ts";
import type { CallEvent } from "../../../src/call/events.ts";
import type { CallResult } from "../../../src/call/types.ts";
import { LiveCalls } from "../../../src/live/live-calls.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { type FakeLeg, FakeLegs } from "../../support/fake-leg.ts";
import { FakeTones } from "../../support/fake-tones.ts";
import { makeCallService, placeCall } from "../../support/make-call-service.ts";
import { sdp } from "./support.ts";

const HEARS = sdp(4000, "recvonly");
const RINGS = "play ringback to 192.0.2.9:4000 as 0";

let clock: FakeClock;
let legs: FakeLegs;
let tones: FakeTones;
let results: CallResult[];
let events: CallEvent[];
let live: LiveCalls;
let service: CallService;

function start({ failureTime = 4000, wait = true } = {}): void {
	clock = new FakeClock();
	legs = new FakeLegs();
	tones = new FakeTones();
	results = [];
	events = [];
	live = new LiveCalls({ clock });
	service = makeCallService({
		legs,
		clock,
		tones: { source: tones, failureTime, wait },
		limits: { initiatorTimeout: 60_000, destinationTimeout: 90_000, maxDuration: 0 },
	});
	service.events.subscribe((event) => events.push(event));
	service.events.subscribe(live.hear);
}

function place(anchor = true): void {
	const request = { initiator: "alice", destination: "bob", anchor, origin: { via: "xml" } } as const;
	placeCall(service, request, (result) => results.push(result));
}

/** An anchored call whose initiator has answered. */
function answered(answer = HEARS): { readonly initiator: FakeLeg; readonly destination: FakeLeg } {
	place();
	legs.leg(0).answer(answer);
	return { initiator: legs.leg(0), destination: legs.leg(1) };
}

const hears = () => live.list()[0]?.initiator.hears;
const chain = (): string[] => results.map(({ code, leg }) => (leg ? `${code} ${leg}` : `${code}`));

function expectOver(): void {
	expect(service.list()).toEqual([]);
	expect(clock.pending).toBe(0);
	expect(tones.ports).toBe(0);
	expect(results.filter(({ final }) => final)).toHaveLength(1);
}

beforeEach(() => start());

describe("while the destination is called,", () => {
	test("the initiator's INVITE offers sound from a port, and ringback is heard when the destination rings", () => {
		const { initiator, destination } = answered();
		expect(initiator.offer).toContain("c=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio 10000 RTP/AVP 0 8 101\r\n");
		expect(initiator.offer).toContain("a=sendonly\r\n");
		expect(tones.take()).toEqual(["open 192.0.2.1"]);
		destination.delegate?.onProgress(180);
		destination.delegate?.onProgress(180);
		expect(tones.take()).toEqual([RINGS]);
		expect(hears()).toBe("ringback");
		destination.answer(sdp(5000));
		expect(tones.take()).toEqual(["release"]);
		expect(hears()).toBeUndefined();
		expect(initiator.asked).toEqual(["INVITE", "ACK", "re-INVITE"]);
		initiator.reinviting?.onAccepted(sdp(4000), () => {});
		expect(chain()).toEqual(["100", "180 Destination", "200 Destination"].toSpliced(1, 0, "200 Initiator"));
		initiator.hangUp();
		expect(tones.take()).toEqual([]);
		expectOver();
	});

	test("a second of silence is followed by the waiting tone, unless that is off", () => {
		const { destination } = answered();
		clock.advance(999);
		expect(hears()).toBeUndefined();
		clock.advance(1);
		expect(hears()).toBe("wait");
		destination.delegate?.onProgress(183);
		expect(hears()).toBe("ringback");
		clock.advance(5000);
		expect(hears()).toBe("ringback");
		start({ wait: false });
		answered();
		clock.advance(5000);
		expect(hears()).toBeUndefined();
	});

	test("early media ends the tone", () => {
		const { initiator, destination } = answered();
		destination.delegate?.onProgress(180);
		destination.delegate?.onEarlyOffer(sdp(5000), () => {});
		expect(tones.take().slice(-2)).toEqual([RINGS, "release"]);
		expect(hears()).toBeUndefined();
		initiator.reinviting?.onAccepted(sdp(4000), () => {});
		// What the destination says by itself needs no tone of ours.
		destination.fail(486);
		expectOver();
	});

	test.each([
		["without a codec of ours", HEARS.replace("RTP/AVP 0", "RTP/AVP 9")],
		["with encryption only", HEARS.replace("RTP/AVP 0", "RTP/SAVP 0")],
		["with port 0", sdp(0)],
		["that is inactive", sdp(4000, "inactive")],
		["that sends only", sdp(4000, "sendonly")],
		["at a name", HEARS.replaceAll("192.0.2.9", "phone.example.com")],
		["in the other family", HEARS.replace("c=IN IP4 192.0.2.9", "c=IN IP6 2001:db8::9")],
		["without any description", undefined],
	])("a phone %s hears nothing, and its call goes on", (_what, answer) => {
		const { initiator, destination } = answered(answer ?? "");
		destination.delegate?.onProgress(180);
		clock.advance(3000);
		expect(tones.asked.filter((one) => one.startsWith("play"))).toEqual([]);
		destination.answer(sdp(5000));
		initiator.reinviting?.onAccepted(sdp(4000), () => {});
		expect(service.list()[0]?.state).toBe("connected");
		expect(tones.ports).toBe(0);
	});

	test("no free port means the placeholder, and no tone", () => {
		tones.full = true;
		const { initiator, destination } = answered(sdp(4000));
		expect(initiator.offer).toContain("m=audio 8000 RTP/AVP 0 8 9 96 101\r\n");
		destination.delegate?.onProgress(180);
		destination.fail(486);
		expectOver();
	});

	test("a phone on hold hears nothing; a phone that moves is followed", () => {
		const { initiator, destination } = answered();
		destination.delegate?.onProgress(180);
		tones.take();
		const offer = (sdp: string | undefined): string => {
			let answer = "";
			const accept = (sdp: string | undefined): void => {
				answer = sdp ?? "";
			};
			initiator.delegate?.onOffer(sdp, { open: true, accept, refuse: () => {} });
			return answer;
		};
		expect(offer(sdp(4000, "sendonly"))).toContain("m=audio 10000 RTP/AVP 0\r\n");
		expect(tones.take()).toEqual(["stop"]);
		expect(hears()).toBeUndefined();
		expect(offer(sdp(4002))).toContain("a=sendonly\r\n");
		expect(tones.take()).toEqual(["play ringback to 192.0.2.9:4002 as 0"]);
		expect(offer(sdp(4004).replace("RTP/AVP 0", "RTP/AVP 8 0"))).toContain("m=audio 10000 RTP/AVP 8 0\r\n");
		expect(tones.take()).toEqual(["play ringback to 192.0.2.9:4004 as 8"]);
		// It asks for our offer: its answer comes in the ACK.
		expect(offer(undefined)).toContain("m=audio 10000 RTP/AVP 8 0\r\n");
		initiator.delegate?.onAnswer(sdp(4006, "recvonly"));
		initiator.delegate?.onRefreshed(sdp(4006, "recvonly"));
		expect(tones.take()).toEqual(["play ringback to 192.0.2.9:4006 as 0"]);
		expect(offer(sdp(4006).replace("RTP/AVP 0", "RTP/AVP 9"))).toContain("a=inactive\r\n");
		expect(tones.take()).toEqual(["stop"]);
	});
});

describe("when the destination is not reached,", () => {
	test.each([
		[486, "busy"],
		[600, "busy"],
		[404, "special-information"],
		[410, "special-information"],
		[484, "special-information"],
		[604, "special-information"],
		[480, "congestion"],
		[503, "congestion"],
		[603, "congestion"],
	] as const)("%i is reported at once and heard as %s, until the BYE", (status, tone) => {
		const { initiator, destination } = answered();
		destination.fail(status);
		expect(chain().at(-1)).toBe(`${status} Destination`);
		expect(hears()).toBe(tone);
		expect(service.list()[0]?.state).toBe("telling");
		clock.advance(3999);
		expect(initiator.asked).toEqual(["INVITE", "ACK"]);
		clock.advance(1);
		expect(initiator.asked).toEqual(["INVITE", "ACK", "BYE"]);
		expectOver();
	});

	test("because nobody answered, it stops ringing at once", () => {
		const { destination } = answered();
		destination.delegate?.onProgress(180);
		clock.advance(90_000);
		expect(destination.asked).toEqual(["INVITE", "CANCEL"]);
		expect(chain().at(-1)).toBe("408 Destination");
		expect(hears()).toBe("congestion");
		clock.advance(4000);
		expectOver();
		const last = events.at(-1);
		expect(last?.kind === "state" && last.endedBy).toBe("server");
	});

	test("a phone that hangs up in the tone, an operator and a server that stops end it", () => {
		const ends: ((initiator: FakeLeg, id: string) => void)[] = [
			(initiator) => initiator.hangUp(),
			(_initiator, id) => void service.hangUp(id),
			() => void service.drain(),
		];
		for (const end of ends) {
			start();
			const { initiator, destination } = answered();
			destination.fail(486);
			end(initiator, service.list()[0]?.id ?? "");
			expect(chain()).toEqual(["100", "200 Initiator", "486 Destination"]);
			expectOver();
		}
	});

	test("FailureTone = 0 and a phone on hold end the call at once", () => {
		start({ failureTime: 0 });
		answered().destination.fail(486);
		expectOver();
		start();
		const { initiator, destination } = answered();
		initiator.delegate?.onOffer(sdp(4000, "inactive"), { open: true, accept: () => {}, refuse: () => {} });
		destination.fail(486);
		expectOver();
	});

	test("the initiator that hangs up first hears nothing, nor does one that is hung up on", () => {
		const { initiator } = answered();
		initiator.hangUp();
		expectOver();
		start();
		answered();
		service.hangUp(service.list()[0]?.id ?? "");
		expectOver();
	});
});

describe("after a refused REFER", () => {
	function refused(): { readonly initiator: FakeLeg; readonly destination: FakeLeg } {
		place(false);
		legs.leg(0).answer(sdp(4000, "inactive"));
		expect(legs.leg(0).offer).toContain("m=audio 8000 ");
		legs.leg(0).referring?.onRefused({ status: 501, reason: "", local: false });
		return { initiator: legs.leg(0), destination: legs.leg(1) };
	}
	const asked = ["INVITE", "ACK", "REFER sip:bob@192.0.2.3"];

	test("a destination that has rung for a second is heard, by re-INVITE", () => {
		const { initiator, destination } = refused();
		clock.advance(2000);
		destination.delegate?.onProgress(180);
		clock.advance(999);
		expect(initiator.asked).toEqual(asked);
		destination.delegate?.onProgress(180);
		clock.advance(1);
		expect(initiator.asked).toEqual([...asked, "re-INVITE"]);
		expect(initiator.offer).toContain("m=audio 10000 RTP/AVP 0 8 101\r\n");
		initiator.reinviting?.onAccepted(HEARS, () => {});
		expect(hears()).toBe("ringback");
		destination.answer(sdp(5000));
		initiator.reinviting?.onAccepted(sdp(4000), () => {});
		expect(service.list()[0]?.state).toBe("connected");
		expect(tones.ports).toBe(0);
	});

	test("one that answers within the second, or sends early media, leaves no re-INVITE but that of the join", () => {
		for (const meets of [
			(leg: FakeLeg) => leg.answer(sdp(5000)),
			(leg: FakeLeg) => leg.delegate?.onEarlyOffer(sdp(5000), () => {}),
		]) {
			start();
			const { initiator, destination } = refused();
			destination.delegate?.onProgress(180);
			clock.advance(500);
			meets(destination);
			clock.advance(2000);
			expect(initiator.asked).toEqual([...asked, "re-INVITE"]);
			expect(tones.asked).toEqual([]);
		}
	});

	test("an answer of the destination overtakes that of the phone: no tone follows", () => {
		const { initiator, destination } = refused();
		destination.delegate?.onProgress(180);
		clock.advance(1000);
		const first = initiator.reinviting;
		destination.answer(sdp(5000));
		first?.onAccepted(HEARS, () => {});
		expect(tones.asked).toEqual(["open 192.0.2.1", "release"]);
	});

	test("a busy destination is heard, unless the phone does not want to", () => {
		const { initiator, destination } = refused();
		destination.fail(486);
		initiator.reinviting?.onAccepted(HEARS, () => {});
		expect(hears()).toBe("busy");
		clock.advance(4000);
		expectOver();
		for (const refuse of [
			(leg: FakeLeg) => leg.reinviting?.onRefused({ status: 488, reason: "", local: false }),
			(leg: FakeLeg) => leg.reinviting?.onAccepted(sdp(4000, "inactive"), () => {}),
		]) {
			start();
			const again = refused();
			again.destination.fail(486);
			refuse(again.initiator);
			expectOver();
		}
		start();
		tones.full = true;
		refused().destination.fail(486);
		expectOver();
	});
});
