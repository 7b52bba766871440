import { beforeEach, describe, expect, test } from "bun:test";
import type { CallService } from "../../../src/call/call-service.ts";
import { parseUri } from "../../../src/sip/message/uri.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { FakeLegs } from "../../support/fake-leg.ts";
import { makeCallService, placeCall } from "../../support/make-call-service.ts";
import { noting } from "../../support/noting.ts";
import { sdp } from "./support.ts";

const REPLACES = "abc;to-tag=1;from-tag=2";

let legs: FakeLegs;
let finals: string[];
let service: CallService;

/** Legs 0 and 1 are alice's call with bob, legs 2 and 3 her call with carol; she asks in the first. */
function connect(index: number): void {
	placeCall(
		service,
		{ initiator: "alice", destination: "other", anchor: true, origin: { via: "xml" } },
		(result) => {
			if (result.final) finals.push(`${result.code} ${result.leg}`);
		},
	);
	legs.leg(index).answer(sdp(4000 + index));
	legs.leg(index + 1).answer(sdp(4001 + index));
	legs.leg(index).reinviting?.onAccepted(sdp(4000 + index), () => {});
}

let reports: number[];
let rejected: number | undefined;

function transfer(from = 0, replaces = REPLACES): void {
	reports = [];
	rejected = undefined;
	const target = parseUri("sip:alice@192.0.2.4");
	if (!target) throw new Error("target");
	legs.leg(from).delegate?.onTransfer({
		target,
		replaces,
		accept: () => reports.push(100),
		reject: (status) => {
			rejected = status;
		},
		report: (status) => reports.push(status),
	});
}

/** Bob's phone gives its offer; what it is answered with is kept. */
let acknowledged: (string | undefined)[];
function bobOffers(offer = sdp(5001)): void {
	legs.leg(1).reinviting?.onAccepted(offer || undefined, (answer) => acknowledged.push(answer));
}

const states = (): string[] => service.list().map(({ state }) => state);
const byes = (): number[] => legs.made.flatMap((leg, index) => (leg.asked.at(-1) === "BYE" ? [index] : []));

beforeEach(() => {
	legs = new FakeLegs();
	finals = [];
	acknowledged = [];
	service = makeCallService({ legs, clock: new FakeClock() });
	connect(0);
	connect(2);
	legs.named.set(REPLACES, legs.leg(2));
});

describe("an attended transfer between two calls of ours", () => {
	test("asks the one phone for an offer, gives it to the other, and lets the phone in both go", () => {
		transfer();
		expect(legs.leg(1).asked.at(-1)).toBe("re-INVITE");
		expect(legs.leg(1).offer).toBeUndefined();
		bobOffers();
		expect(legs.leg(3).offer).toContain("m=audio 5001");
		legs.leg(3).reinviting?.onAccepted(sdp(5003), () => {});
		expect(acknowledged[0]).toContain("m=audio 5003");
		expect(reports).toEqual([100, 200]);
		expect(byes()).toEqual([0, 2]);
		expect(states()).toEqual(["connected"]);
		expect(legs.made).toHaveLength(4);
		expect(finals).toEqual(["200 Destination", "200 Destination"]);
		// The phone that came from the other call is in the record of this one.
		const told: string[] = [];
		service.watchRecords(noting((id) => told.push(id)));
		legs.leg(3).watch?.changed();
		expect(told).toEqual(service.list().map(({ id }) => id));
	});

	test("leaves one call of two phones: what one asks reaches the other, and its hang-up too", () => {
		transfer();
		bobOffers();
		legs.leg(3).reinviting?.onAccepted(sdp(5003), () => {});
		legs.leg(3).delegate?.onOffer(sdp(5003, "sendonly"), { open: true, accept: () => {}, refuse: () => {} });
		expect(legs.leg(1).offer).toContain("a=sendonly");
		legs.leg(3).hangUp();
		expect(byes()).toEqual([0, 1, 2]);
		expect(states()).toEqual([]);
	});

	test("is done although the phone that asked hangs up both calls meanwhile", () => {
		transfer();
		legs.leg(0).hangUp();
		legs.leg(2).hangUp();
		bobOffers();
		legs.leg(3).reinviting?.onAccepted(sdp(5003), () => {});
		expect(states()).toEqual(["connected"]);
		expect(legs.leg(1).state).toBe("confirmed");
		expect(legs.leg(3).state).toBe("confirmed");
	});

	test("that the other phone refuses leaves both calls as they were", () => {
		transfer();
		const before = legs.leg(1).local.current;
		bobOffers();
		legs.leg(3).reinviting?.onRefused({ status: 488, reason: "", local: false });
		expect(acknowledged[0]).toBe(before);
		expect(reports).toEqual([100, 488]);
		expect(states()).toEqual(["connected", "connected"]);
		transfer();
		expect(reports).toEqual([100]);
	});

	test("that the phone which stays refuses leaves both calls as they were", () => {
		transfer();
		legs.leg(1).reinviting?.onRefused({ status: 500, reason: "", local: false });
		expect(reports).toEqual([100, 500]);
		expect(states()).toEqual(["connected", "connected"]);
		expect(byes()).toEqual([]);
	});

	test("with an offer or an answer that cannot be read is refused, and media goes back", () => {
		transfer();
		bobOffers("");
		expect(reports).toEqual([100, 488]);
		transfer();
		bobOffers();
		const before = legs.leg(3).asked.length;
		legs.leg(3).reinviting?.onAccepted("nonsense", () => {});
		expect(reports).toEqual([100, 488]);
		expect(acknowledged).toHaveLength(2);
		expect(legs.leg(3).asked).toHaveLength(before + 1);
		expect(legs.leg(3).offer).toContain("m=audio 4002");
		expect(states()).toEqual(["connected", "connected"]);
	});

	test("is given up when the phone that stays hangs up; the other call goes on", () => {
		transfer();
		bobOffers();
		legs.leg(1).hangUp();
		expect(reports).toEqual([100, 487]);
		expect(states()).toEqual(["connected"]);
		const asked = legs.leg(3).asked.length;
		legs.leg(3).reinviting?.onAccepted(sdp(5003), () => {});
		expect(legs.leg(3).asked).toHaveLength(asked + 1);
		expect(legs.leg(3).offer).toContain("m=audio 4002");
		expect(byes()).toEqual([0]);
	});

	test("is given up when nobody is left in the other call", () => {
		transfer();
		legs.leg(2).hangUp();
		legs.leg(1).reinviting?.onRefused({ status: 500, reason: "", local: false });
		expect(reports).toEqual([100, 500]);
		expect(states()).toEqual(["connected"]);
		expect(byes()).toEqual([3]);
	});

	test("is refused while the other call is busy, not connected, or the same call", () => {
		legs.leg(3).delegate?.onTransfer({
			target: parseUri("sip:dave@192.0.2.4") as never,
			replaces: undefined,
			accept: () => {},
			reject: () => {},
			report: () => {},
		});
		transfer();
		expect(rejected).toBe(480);
		legs.named.set("own", legs.leg(0));
		transfer(0, "own");
		expect(rejected).toBe(403);
		expect(states()).toEqual(["connected", "connected"]);
	});

	test("lets nobody change the session that is being handed over", () => {
		transfer();
		let refused = 0;
		legs
			.leg(3)
			.delegate?.onOffer(sdp(1), { open: true, accept: () => {}, refuse: (status) => (refused = status) });
		expect(refused).toBe(491);
	});
});
