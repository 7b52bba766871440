import { beforeEach, describe, expect, test } from "bun:test";
import type { CallServiceOptions } from "../../../src/call/call-service.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { FakeLegs } from "../../support/fake-leg.ts";
import { makeCallService } from "../../support/make-call-service.ts";
import { sdp } from "./support.ts";

const HEADERS = "?Replaces=1%3Bto-tag%3D2&Route=%3Csip:evil%3E";

let legs: FakeLegs;

beforeEach(() => {
	legs = new FakeLegs();
});

/** Places a call whose addresses are taken as they are. */
function place(anchor: boolean, destination: string, options: Partial<CallServiceOptions> = {}) {
	const service = makeCallService({
		legs,
		clock: new FakeClock(),
		translator: {
			translatePair: (initiator, typed) => ({ ok: true, initiator, destination: typed }),
		},
		...options,
	});
	return service.place({
		initiator: `sip:a@192.0.2.2;method=BYE${HEADERS}`,
		destination,
		anchor,
		origin: { via: "xml" },
	});
}

describe("URI headers and a method that were typed", () => {
	const TYPED = `sip:b@192.0.2.3;method=BYE;x=1${HEADERS}`;

	test("reach neither phone of an anchored call", () => {
		expect(place(true, TYPED)).toMatchObject({
			initiator: "sip:a@192.0.2.2",
			destination: "sip:b@192.0.2.3;x=1",
		});
		legs.leg(0).answer(sdp(4000));
		expect(legs.requests.map(({ to, from }) => [`${to}`, `${from}`])).toEqual([
			["sip:a@192.0.2.2", "sip:click2call@example.com"],
			["sip:b@192.0.2.3;x=1", "sip:a@192.0.2.2"],
		]);
	});

	test("do not reach Refer-To", () => {
		place(false, TYPED);
		legs.leg(0).answer(sdp(4000));
		expect(legs.leg(0).asked).toContain("REFER sip:b@192.0.2.3;x=1");
	});

	test("reach Refer-To alone where they are allowed to", () => {
		place(false, TYPED, { referToHeaders: true });
		legs.leg(0).answer(sdp(4000));
		expect(legs.leg(0).asked).toContain(`REFER ${TYPED}`);
		expect(`${legs.requests[0]?.to}`).toBe("sip:a@192.0.2.2");
		legs.leg(0).referring?.onRefused({ status: 405, reason: "", local: false });
		expect(`${legs.requests[1]?.to}`).toBe("sip:b@192.0.2.3;x=1");
	});
});

describe("the initiator's display shows whom it will talk to:", () => {
	test.each([
		["sip:bob@192.0.2.3", "bob"],
		["sip:%2541:secret@192.0.2.3", "%41"],
		["sip:192.0.2.3", "192.0.2.3"],
	])("%s as %s", (destination, shown) => {
		place(true, destination);
		expect(legs.requests[0]?.displayName).toBe(`Click-To-Call: ${shown}`);
	});
});
