import { beforeEach, describe, expect, test } from "bun:test";
import type { CallService } from "../../../src/call/call-service.ts";
import { parseUri } from "../../../src/sip/message/uri.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { FakeLegs } from "../../support/fake-leg.ts";
import { makeCallService } from "../../support/make-call-service.ts";
import { sdp } from "./support.ts";

const version = (text = ""): number => Number(/^o=\S+ \S+ (\d+)/m.exec(text)?.[1]);

let legs: FakeLegs;
let clock: FakeClock;
let service: CallService;
let reports: number[];

/** A phone of the call asks that `user` takes its place. */
function transfer(from: number, user: string): void {
	reports = [];
	const target = parseUri(`sip:${user}@192.0.2.4`);
	if (!target) throw new Error("target");
	legs.leg(from).delegate?.onTransfer({
		target,
		replaces: undefined,
		accept: () => reports.push(100),
		reject: (status) => reports.push(status),
		report: (status) => reports.push(status),
	});
}

/** The status that an offer of a phone is refused with; undefined when it is passed on. */
function offerOf(index: number): number | undefined {
	let refused: number | undefined;
	legs
		.leg(index)
		.delegate?.onOffer(sdp(1), { open: true, accept: () => {}, refuse: (status) => (refused = status) });
	return refused;
}

const reinvites = (index: number): number =>
	legs.leg(index).asked.filter((step) => step === "re-INVITE").length;

/** Alice (leg 0, port 4000) talks to bob (leg 1, port 4001). */
beforeEach(() => {
	legs = new FakeLegs();
	clock = new FakeClock();
	service = makeCallService({
		legs,
		clock,
		limits: { initiatorTimeout: 0, destinationTimeout: 90_000, maxDuration: 0 },
	});
	service.place({ initiator: "alice", destination: "bob", anchor: true, origin: { via: "xml" } });
	legs.leg(0).answer(sdp(4000));
	legs.leg(1).answer(sdp(4001));
	legs.leg(0).reinviting?.onAccepted(sdp(4000), () => {});
});

describe("a transfer that fails after the new phone's early media was given to the phone that stays", () => {
	let early: string | undefined;

	/** Bob asks for carol (leg 2), whose early media alice takes. */
	beforeEach(() => {
		transfer(1, "carol");
		legs.leg(2).delegate?.onEarlyOffer(sdp(4002), () => {});
		early = legs.leg(0).offer;
		expect(early).toContain("m=audio 4002");
	});

	const accepted = (answer = sdp(4000)): void => legs.leg(0).reinviting?.onAccepted(answer, () => {});

	test.each([
		["refuses", () => legs.leg(2).fail(486)],
		["rings too long", () => clock.advance(90_000)],
		["hangs up", () => legs.leg(2).hangUp()],
	])("since the new phone %s: the one that stays gets the description that it had", (_how, fail) => {
		accepted();
		fail();
		expect(reinvites(0)).toBe(3);
		expect(legs.leg(0).offer).toContain("m=audio 4001");
		// Another description has another version (RFC 3264 section 8).
		expect(version(legs.leg(0).offer)).toBeGreaterThan(version(early));
		accepted();
		// The phone that asked need not hear of it: nothing has changed for it.
		expect(reinvites(1)).toBe(0);
		expect(service.list()[0]?.state).toBe("connected");
	});

	test("before the phone that stays has answered: it gets it after that", () => {
		const pending = legs.leg(0).reinviting;
		legs.leg(2).fail(486);
		pending?.onAccepted(sdp(4000), () => {});
		expect(legs.leg(0).offer).toContain("m=audio 4001");
	});

	test("and both agree anew when the one that stays answers in another way than before", () => {
		accepted();
		legs.leg(2).fail(486);
		accepted(sdp(4010));
		expect(legs.leg(1).offer).toBeUndefined();
		let acknowledged: string | undefined;
		legs.leg(1).reinviting?.onAccepted(sdp(4011), (answer) => {
			acknowledged = answer;
		});
		expect(legs.leg(0).offer).toContain("m=audio 4011");
		accepted(sdp(4012));
		expect(acknowledged).toContain("m=audio 4012");
		expect([reinvites(0), reinvites(1)]).toEqual([4, 1]);
	});

	test("because the phone that stays refuses it leaves its session alone", () => {
		legs.leg(0).reinviting?.onRefused({ status: 488, reason: "", local: false });
		expect(reports).toEqual([100, 488]);
		expect(reinvites(0)).toBe(2);
		expect(legs.leg(0).local.current).toContain("m=audio 4001");
	});

	test("when the phone that asked has gone ends the call without another re-INVITE", () => {
		accepted();
		legs.leg(1).hangUp();
		legs.leg(2).fail(486);
		expect(reinvites(0)).toBe(2);
		expect(legs.leg(0).asked.at(-1)).toBe("BYE");
		expect(service.list()).toEqual([]);
	});

	test("an offer of either phone has to wait as long as the media is elsewhere", () => {
		accepted();
		expect([offerOf(0), offerOf(1)]).toEqual([491, 491]);
		legs.leg(2).fail(486);
		accepted();
		expect(offerOf(0)).toBeUndefined();
		expect(legs.leg(1).offer).toContain("m=audio 1 ");
	});

	test("an offer may be made while the new phone has no media", () => {
		legs.leg(0).reinviting?.onRefused({ status: 488, reason: "", local: false });
		transfer(1, "dave");
		expect(offerOf(1)).toBeUndefined();
	});
});

describe("the caller that a new phone is shown", () => {
	function join(index: number, staying: number): void {
		legs.leg(index).answer(sdp(4000 + index));
		legs.leg(staying).reinviting?.onAccepted(sdp(4000 + staying), () => {});
	}

	test("is whom it will talk to, also in the second transfer of a call", () => {
		transfer(1, "carol");
		expect(legs.requests[2]?.from.toString()).toBe("sip:alice@192.0.2.2");
		join(2, 0);
		transfer(0, "dave");
		expect(legs.requests[3]?.from.toString()).toBe("sip:carol@192.0.2.4");
		join(3, 2);
		transfer(2, "erin");
		expect(legs.requests[4]?.from.toString()).toBe("sip:dave@192.0.2.4");
	});
});
