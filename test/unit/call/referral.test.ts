import { beforeEach, describe, expect, test } from "bun:test";
import type { CallService } from "../../../src/call/call-service.ts";
import type { CallEvent } from "../../../src/call/events.ts";
import type { CallResult } from "../../../src/call/types.ts";
import type { ReferListener } from "../../../src/sip/leg/types.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { type FakeLeg, FakeLegs } from "../../support/fake-leg.ts";
import { makeCallService, placeCall } from "../../support/make-call-service.ts";
import { sdp } from "./support.ts";

const SDP = sdp(4000);
const REFER = "REFER sip:bob@192.0.2.3";

let clock: FakeClock;
let legs: FakeLegs;
let results: CallResult[];
let events: CallEvent[];
let service: CallService;

beforeEach(() => {
	clock = new FakeClock();
	legs = new FakeLegs();
	results = [];
	events = [];
	service = makeCallService({
		legs,
		clock,
		limits: { initiatorTimeout: 60_000, destinationTimeout: 90_000, maxDuration: 0 },
	});
	service.events.subscribe((event) => events.push(event));
	const request = { initiator: "alice", destination: "bob", anchor: false, origin: { via: "xml" } } as const;
	placeCall(service, request, (result) => results.push(result));
	legs.leg(0).answer(SDP);
});

const phone = (): FakeLeg => legs.leg(0);
/** The REFER that is out. */
const refer = (): ReferListener => {
	const { referring } = phone();
	if (!referring) throw new Error("no REFER");
	return referring;
};
const refers = (): number => phone().asked.filter((what) => what === REFER).length;
const refuse = (status: number): void => refer().onRefused({ status, reason: "No", local: false });
const chain = (): string[] => results.map(({ code, leg }) => (leg ? `${code} ${leg}` : `${code}`));
const notes = (): string[] =>
	events.flatMap((event) => (event.kind === "state" && event.note ? [event.note] : []));

function expectOver(last: string): void {
	expect(chain().at(-1)).toBe(last);
	expect(results.filter(({ final }) => final)).toHaveLength(1);
	expect(service.list()).toEqual([]);
	expect(clock.pending).toBe(0);
}

describe("a REFER", () => {
	test("follows the ACK at once", () => {
		expect(phone().asked).toEqual(["INVITE", "ACK", REFER]);
	});

	describe.each([
		["refused", refuse],
		["reported to have failed", (status: number) => refer().onReport(status)],
	])("that is %s as it came too early", (_how, fail) => {
		test.each([400, 481, 491, 500, 503])("(%d) is tried again after 200 ms", (status) => {
			clock.advance(30);
			fail(status);
			clock.advance(199);
			expect(refers()).toBe(1);
			clock.advance(1);
			expect(refers()).toBe(2);
			expect(chain()).toEqual(["100", "200 Initiator"]);
			refer().onReport(200);
			expectOver("200 Destination");
		});

		test("is tried three times in all, then the call is anchored", () => {
			fail(400);
			clock.advance(200);
			fail(400);
			clock.advance(799);
			expect(refers()).toBe(2);
			clock.advance(1);
			expect(refers()).toBe(3);
			expect(legs.made).toHaveLength(1);
			fail(400);
			expect(legs.made).toHaveLength(2);
			expect(service.list()[0]).toMatchObject({ way: "anchor", state: "calling destination" });
			legs.leg(1).answer(SDP);
			phone().reinviting?.onAccepted(SDP, () => {});
			expect(chain()).toEqual(["100", "200 Initiator", "200 Destination"]);
			expect(notes()).toEqual([
				expect.stringContaining("tried again in 200 ms"),
				expect.stringContaining("tried again in 800 ms"),
				expect.stringContaining("400"),
			]);
		});
	});

	test.each([302, 403, 404, 405, 408, 480, 486, 487, 488, 504, 600, 603])(
		"is over when the destination's answer is %d",
		(status) => {
			refer().onReport(status);
			expectOver(`${status} Destination`);
			expect(refers()).toBe(1);
			expect(legs.made).toHaveLength(1);
		},
	);

	test.each([302, 403, 404, 405, 480, 501, 603])("refused with %d is not sent again", (status) => {
		refuse(status);
		expect(legs.made).toHaveLength(2);
		clock.advance(10_000);
		expect(refers()).toBe(1);
	});

	test("is over when it fails after the destination has rung", () => {
		refer().onReport(180);
		refer().onReport(500);
		expectOver("500 Destination");
	});

	test("is over when it fails later than 2 s after it was sent", () => {
		clock.advance(2001);
		refer().onReport(503);
		expectOver("503 Destination");
	});

	test("that is refused late is anchored at once", () => {
		clock.advance(2001);
		refuse(500);
		expect(legs.made).toHaveLength(2);
	});

	test("is sent once more only when its failure is both reported and answered", () => {
		const first = refer();
		first.onReport(400);
		first.onRefused({ status: 400, reason: "No", local: false });
		clock.advance(200);
		expect(refers()).toBe(2);
		first.onRefused({ status: 400, reason: "No", local: false });
		clock.advance(10_000);
		expect(refers()).toBe(2);
	});

	test("is not sent again to a phone that hangs up: the call has failed as was reported", () => {
		refer().onReport(400);
		phone().hangUp();
		expectOver("400 Destination");
		clock.advance(10_000);
		expect(refers()).toBe(1);
	});

	test("is not sent again to a phone that has hung up before its failure is reported", () => {
		phone().hangUp();
		refer().onReport(500);
		expectOver("500 Destination");
		expect(refers()).toBe(1);
	});

	test("is not sent again when an operator ends the call meanwhile", () => {
		refer().onReport(400);
		service.hangUp(service.list()[0]?.id ?? "");
		expectOver("487 Destination");
		clock.advance(10_000);
		expect(refers()).toBe(1);
	});

	test("that no peer answers is not sent again", () => {
		refer().onRefused({ status: 408, reason: "", local: true });
		expectOver("408 Destination");
	});

	test("that is still refused with 481 in the end has failed: there is no dialog to be anchored", () => {
		refuse(481);
		clock.advance(200);
		refuse(481);
		clock.advance(800);
		refuse(481);
		expectOver("481 Destination");
		expect(legs.made).toHaveLength(1);
	});
});

describe("reports that end without a result", () => {
	test("leave the phone alone until it hangs up; then the outcome is unknown", () => {
		refer().onUnreported();
		clock.advance(60_000);
		expect(chain()).toEqual(["100", "200 Initiator"]);
		expect(phone().asked.at(-1)).toBe(REFER);
		phone().hangUp();
		expectOver("202 Destination");
		expect(results.at(-1)?.text).toContain("unknown");
	});

	test("leave it alone until the time for the destination is over", () => {
		refer().onUnreported();
		clock.advance(89_999);
		expect(phone().asked.at(-1)).toBe(REFER);
		clock.advance(1);
		expect(phone().asked.at(-1)).toBe("BYE");
		expectOver("202 Destination");
	});

	test("of a phone that has hung up before end the call", () => {
		phone().hangUp();
		refer().onUnreported();
		expectOver("202 Destination");
	});

	test("may be followed by a result all the same", () => {
		refer().onUnreported();
		refer().onReport(180);
		refer().onReport(486);
		expect(chain()).toEqual(["100", "200 Initiator", "180 Destination", "486 Destination"]);
		expectOver("486 Destination");
	});

	test("make the outcome unknown, too, when the phone is lost afterwards", () => {
		refer().onUnreported();
		phone().delegate?.onEnded("failure");
		expectOver("202 Destination");
	});

	test("do not keep an operator from ending the call", () => {
		refer().onUnreported();
		service.hangUp(service.list()[0]?.id ?? "");
		expectOver("487 Destination");
	});
});
