import { beforeEach, describe, expect, test } from "bun:test";
import { type CallRecord, readCallRecord } from "../../../src/call/call-record.ts";
import type { CallService, CallServiceOptions } from "../../../src/call/call-service.ts";
import type { CallEvent } from "../../../src/call/events.ts";
import type { CallResult } from "../../../src/call/types.ts";
import { LiveCalls } from "../../../src/live/live-calls.ts";
import { RecordError } from "../../../src/record.ts";
import type { LegRecord } from "../../../src/sip/leg/leg-record.ts";
import { parseUri } from "../../../src/sip/message/uri.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { FakeLegs } from "../../support/fake-leg.ts";
import { answeredLeg, header } from "../../support/leg-bench.ts";
import { makeCallService } from "../../support/make-call-service.ts";
import { noting } from "../../support/noting.ts";
import { Table } from "../../support/table.ts";
import { sdp } from "./support.ts";

const invite = { branch: "z9hG4bK1", via: "UDP 192.0.2.1:5072" };
const START = 1_800_000_000_000;
const HOUR = 3_600_000;

/** One process with its clock; legs are fakes. */
class Process {
	readonly legs = new FakeLegs();
	readonly clock = new FakeClock();
	readonly events: string[] = [];
	readonly service: CallService;

	/** @param born by the time of day. */
	constructor(born: number, options: Partial<CallServiceOptions> = {}) {
		const { legs, clock } = this;
		const wall = { now: () => born + clock.now() };
		const limits = { initiatorTimeout: 60_000, destinationTimeout: 90_000, maxDuration: HOUR };
		this.service = makeCallService({ legs, clock, wall, limits, ...options });
		this.service.events.subscribe((event) => this.events.push(spoken(event)));
	}

	place(anchor = true): string {
		const origin = { via: "http", peer: "192.0.2.5", user: "alice" } as const;
		const placed = this.service.place({ initiator: "alice", destination: "bob", anchor, origin });
		if (!placed.accepted) throw new Error("refused");
		return placed.id;
	}

	/** Places a call and connects it. */
	connect(): string {
		const id = this.place();
		this.legs.leg(0).answer(sdp(4000));
		this.legs.leg(1).answer(sdp(4001));
		this.legs.leg(0).reinviting?.onAccepted(sdp(4000), () => {});
		for (const leg of this.legs.made) leg.written = { ...written, address: leg.address.toRaw() };
		return id;
	}

	/** What the next process reads of a call. */
	written(id: string): CallRecord {
		return readCallRecord(JSON.parse(JSON.stringify(this.service.record(id))));
	}
}

function spoken(event: CallEvent): string {
	if (event.kind === "result") return `${event.result.code} ${event.result.leg}`;
	if (event.kind !== "state") return event.kind;
	return [event.call.state, event.note, event.endedBy].filter((part) => part !== undefined).join(", ");
}

let written: LegRecord;
let first: Process;

beforeEach(async () => {
	const { leg } = await answeredLeg();
	const record = leg.record({ now: () => START });
	if (!record) throw new Error("no record");
	written = record;
	first = new Process(START);
});

describe("the record of a call", () => {
	test("says what it is, and is the same after it was read", () => {
		const id = first.connect();
		first.clock.advance(1000);
		const record = first.service.record(id);
		expect(record).toMatchObject({
			id,
			startedAt: START,
			initiator: "sip:alice@192.0.2.2",
			request: { initiator: "alice", origin: { via: "http", peer: "192.0.2.5", user: "alice" } },
			way: "anchor",
			state: "connected",
			results: [
				{ code: 100, text: "In progress", final: false },
				{ code: 200, leg: "Initiator", text: "Connected to initiator", final: false },
				{ code: 200, leg: "Destination", text: "Connected to destination", final: true },
			],
			final: true,
			endsAt: START + HOUR,
		});
		expect(first.written(id)).toEqual(record as CallRecord);
		expect(first.service.record("unknown")).toBeUndefined();
	});

	test("is there at each step of a call, with the legs that are confirmed", () => {
		const id = first.place();
		expect(first.written(id)).toMatchObject({
			state: "calling initiator",
			final: false,
			results: [{ code: 100 }],
		});
		first.legs.leg(0).answer(sdp(4000));
		first.legs.leg(0).written = written;
		const record = first.written(id);
		expect(record).toMatchObject({ state: "calling destination", initiatorLeg: written });
		expect([record.destinationLeg, record.endsAt]).toEqual([undefined, undefined]);
	});

	test.each<[string, object]>([
		["call.version", { version: 1 }],
		["call.state", { state: "asleep" }],
		[
			"call.request.origin.via",
			{ request: { initiator: "", destination: "", anchor: true, origin: { via: "cli" } } },
		],
		["call.results", { results: "100" }],
		["call.initiatorLeg", { initiatorLeg: null }],
		["call.destinationLeg.dialog", { destinationLeg: { version: 1 } }],
	])("with a wrong %s is refused", (place, change) => {
		const record = { ...first.written(first.connect()), ...change };
		const read = () => readCallRecord(JSON.parse(JSON.stringify({ ...record })));
		expect(read).toThrow(RecordError);
		if (place !== "call.destinationLeg.dialog") expect(read).toThrow(`${place}: `);
	});
});

describe("a call of a record", () => {
	/** The next process, some time later. */
	function next(later: number, options: Partial<CallServiceOptions> = {}): { second: Process; id: string } {
		const id = first.connect();
		const record = first.written(id);
		const second = new Process(START + later, options);
		second.clock.advance(777);
		second.service.restore(record, 100);
		return { second, id };
	}

	test("is listed as it was, and says so", () => {
		const { second, id } = next(5000);
		expect(second.events).toEqual(["connected, taken up again"]);
		const { request } = first.written(id);
		expect(second.service.list()).toEqual([
			{
				id,
				request,
				initiator: "sip:alice@192.0.2.2",
				destination: "sip:bob@192.0.2.3",
				way: "anchor",
				state: "connected",
				startedAt: START,
				age: 5777,
			},
		]);
	});

	test.each([
		["initiator", 0, 1],
		["destination", 1, 0],
	] as const)(
		"ends when the %s hangs up: the other one is told, and no result is told twice",
		(name, one, other) => {
			const { second } = next(5000);
			second.legs.leg(one).hangUp();
			expect(second.legs.leg(other).asked).toEqual(["BYE"]);
			expect(second.events).toEqual(["connected, taken up again", `ended, ${name}`]);
			expect(second.service.list()).toEqual([]);
			expect(second.clock.pending).toBe(0);
		},
	);

	test("passes a change of the session on, and its answer back", () => {
		const { second } = next(5000);
		const answers: (string | undefined)[] = [];
		second.legs.leg(0).delegate?.onOffer(sdp(4000, "sendonly"), {
			open: true,
			accept: (answer) => answers.push(answer),
			refuse: () => {},
		});
		expect(second.legs.leg(1).offer).toContain("a=sendonly");
		second.legs.leg(1).reinviting?.onAccepted(sdp(4001, "recvonly"), () => {});
		expect(answers[0]).toContain("a=recvonly");
	});

	test("is hung up by an operator, and by the end of the server", () => {
		const { second, id } = next(5000);
		expect(second.service.hangUp(id)).toBe(true);
		expect(second.events.at(-1)).toBe("ended, operator");
		expect(second.legs.made.map(({ asked }) => asked)).toEqual([["BYE"], ["BYE"]]);
	});

	test.each([
		["goes on to its end", 60_000, HOUR - 60_777],
		["is over at once when its time ran out meanwhile", 2 * HOUR, 1],
		["is no longer than it may be when the time of day was set back", -24 * HOUR, HOUR],
	])("MaxCallDuration %s", (_name, later, left) => {
		const { second } = next(later);
		second.clock.advance(left - 1);
		expect(second.service.list()).toHaveLength(1);
		second.clock.advance(1);
		expect(second.events.at(-1)).toBe("ended, MaxCallDuration reached, server");
	});

	test("tells the final result that the process before did not come to tell", () => {
		const record = first.written(first.connect());
		const second = new Process(START);
		second.service.restore({ ...record, results: record.results.slice(0, 2), final: false }, 100);
		expect(second.events).toEqual(["connected, taken up again", "200 Destination"]);
	});

	test("with one phone lost ends: the other one is told goodbye", () => {
		const record = first.written(first.connect());
		const second = new Process(START);
		second.service.restore({ ...record, destinationLeg: undefined }, 100);
		expect(second.legs.made.map(({ asked }) => asked)).toEqual([["BYE"]]);
		expect(second.events).toEqual([
			"connected, call.destinationLeg: a leg was expected, found nothing",
			"ended, server",
		]);
		expect(second.service.list()).toEqual([]);
	});

	test("is probed once: both phones are asked, and the other one is told when one is gone", () => {
		const { second } = next(5000);
		second.service.probe();
		second.service.probe();
		second.clock.advance(1000);
		const [alice, bob] = [second.legs.leg(0), second.legs.leg(1)];
		expect([alice.asked, bob.asked]).toEqual([["probe"], ["probe"]]);
		alice.probed?.("gone");
		alice.state = "ended";
		alice.delegate?.onEnded("failure");
		expect(bob.asked).toEqual(["probe", "BYE"]);
		expect(second.events.at(-1)).toBe("ended, server");
		expect(second.service.restoration).toEqual({ restored: 1, probed: 2, freed: 1, unusable: 0 });
	});

	test("goes on when the process died in a transfer: the phone that was being called no longer rings", () => {
		const id = first.connect();
		const target = parseUri("sip:carol@192.0.2.9");
		if (!target) throw new Error("target");
		const nothing = () => {};
		const request = { target, replaces: undefined, accept: nothing, reject: nothing, report: nothing };
		first.legs.leg(0).delegate?.onTransfer(request);
		const carol = first.legs.leg(2);
		expect(carol.asked).toEqual(["INVITE"]);
		carol.written = { ...written, stage: "calling", address: "sip:carol@192.0.2.9", invite };
		const second = new Process(START);
		second.service.restore(first.written(id), 100);
		expect(second.legs.made.map(({ address, asked }) => [address.user, asked])).toEqual([
			["alice", []],
			["bob", []],
			["carol", ["CANCEL"]],
		]);
		expect(second.service.list()).toMatchObject([{ id, state: "connected" }]);
		second.legs.leg(1).hangUp();
		expect(second.legs.leg(0).asked).toEqual(["BYE"]);
	});

	test("keeps the phone that was replaced until it has confirmed its BYE", () => {
		first.service.watchRecords(noting());
		const id = first.connect();
		const alice = first.legs.leg(0);
		alice.slow = true;
		const target = parseUri("sip:carol@192.0.2.9");
		if (!target) throw new Error("target");
		const nothing = () => {};
		alice.delegate?.onTransfer({
			target,
			replaces: undefined,
			accept: nothing,
			reject: nothing,
			report: nothing,
		});
		const carol = first.legs.leg(2);
		carol.answer(sdp(4002));
		first.legs.leg(1).reinviting?.onAccepted(sdp(4001), nothing);
		expect(alice.state).toBe("leaving");
		carol.written = { ...written, address: "sip:carol@192.0.2.9" };
		expect(first.written(id).otherLegs.map(({ address }) => address)).toEqual(["sip:alice@192.0.2.2"]);
		alice.state = "ended";
		alice.written = undefined;
		expect(first.written(id).otherLegs).toEqual([]);
		first.legs.leg(1).hangUp();
		expect(carol.asked).toEqual(["INVITE", "ACK", "BYE"]);
	});

	test("is not taken up twice", () => {
		const { second, id } = next(0);
		expect(() => second.service.restore(first.written(id), 100)).toThrow(RecordError);
		expect(second.service.list()).toHaveLength(1);
	});

	test("of which no leg is left ends, and says so", () => {
		const record = first.written(first.connect());
		const third = new Process(START);
		third.service.restore({ ...record, initiatorLeg: undefined, destinationLeg: undefined }, 100);
		expect(third.events).toEqual([
			"connected, call.initiatorLeg: a leg was expected, found nothing",
			"ended, server",
		]);
		expect(third.service.list()).toEqual([]);
	});

	test("tells those who do not know it what was reported, and since when its phones talk", () => {
		first.clock.advance(5000);
		const id = first.connect();
		first.clock.advance(60_000);
		const record = first.written(id);
		const second = new Process(START + 70_000);
		const live = new LiveCalls();
		second.service.events.subscribe(live.hear);
		second.service.restore(record, 100);
		expect(live.list()).toMatchObject([
			{
				id: record.id,
				state: "connected",
				result: { code: 200, leg: "Destination" },
				startedAt: START + 5000,
				answeredAt: START + 5000,
				initiator: { state: "answered" },
				destination: { state: "answered" },
			},
		]);
		expect(live.latest).toBe(1);
		// Also in the process after that.
		expect(second.written(id).answeredAt).toBe(START + 5000);
	});
});

describe("a call that was being set up when the process died", () => {
	/** What the next process makes of a call that has come so far. */
	function next(steps: (legs: FakeLegs) => void, anchor = true) {
		const id = first.place(anchor);
		steps(first.legs);
		const stages = { calling: "calling", answered: "answered", confirmed: "confirmed" } as const;
		for (const leg of first.legs.made) {
			const stage = stages[leg.state as keyof typeof stages];
			leg.written = {
				...written,
				stage,
				address: leg.address.toRaw(),
				...(stage === "calling" && { invite }),
			};
		}
		const record = first.written(id);
		const second = new Process(START + 5000);
		const results: CallResult[] = [];
		second.service.events.subscribe((event) => event.kind === "result" && results.push(event.result));
		second.service.restore(record, 100);
		return { second, record, results, asked: second.legs.made.map(({ asked }) => asked) };
	}
	const answer = (leg: number) => (legs: FakeLegs) => legs.leg(leg).answer(sdp(4000 + leg));

	test.each<[string, (legs: FakeLegs) => void, string[][], string]>([
		["the initiator rings", () => {}, [["CANCEL"]], "487 Initiator"],
		["the destination rings", answer(0), [["BYE"], ["CANCEL"]], "487 Destination"],
		[
			"both have answered",
			(legs) => {
				answer(0)(legs);
				answer(1)(legs);
			},
			[["BYE"], ["BYE"]],
			"487 Destination",
		],
	])("ends with a final result, and its phones are told: %s", (_name, steps, expected, result) => {
		const { second, asked, record } = next(steps);
		expect(asked).toEqual(expected);
		expect(second.events).toEqual([`${record.state}, taken up again`, result, "ended, server"]);
		expect(second.service.list()).toEqual([]);
		expect(second.clock.pending).toBe(0);
	});

	test("before any phone knew of it ends with a final result all the same", () => {
		const id = first.place();
		const second = new Process(START);
		second.service.restore(first.written(id), 100);
		expect(second.events).toEqual(["calling initiator, taken up again", "487 Initiator", "ended, server"]);
	});

	describe("and the initiator's phone was asked to call the destination", () => {
		const refer = { version: 1, id: "2", state: "active", left: false, proven: true, count: 1 } as const;
		function referring(change: Partial<CallRecord> = {}, later = 5000, isTaken = true) {
			const id = first.place(false);
			answer(0)(first.legs);
			first.legs.leg(0).written = { ...written, refer: { ...refer, proven: isTaken } };
			const second = new Process(START + later);
			second.service.restore({ ...first.written(id), ...change }, 100);
			return second;
		}

		test("goes on: what the phone reports is told", () => {
			const second = referring();
			expect(second.events).toEqual(["referring, taken up again"]);
			second.legs.leg(0).referring?.onReport(180);
			second.legs.leg(0).referring?.onReport(200);
			expect(second.events.slice(1)).toEqual(["180 Destination", "200 Destination", "ended"]);
			expect(second.legs.leg(0).asked).toEqual(["listen to REFER", "BYE"]);
			expect(second.clock.pending).toBe(0);
		});

		test.each([
			["soon after", 5000, 85_000],
			["when its time was up long ago, which is enough to report", 500_000, 5000],
			["when the time of day was set back", -500_000, 90_000],
		])("has the time it had: %s", (_name, later, left) => {
			const second = referring({}, later);
			second.legs.leg(0).referring?.onReport(180);
			second.clock.advance(left - 1);
			expect(second.events).toHaveLength(2);
			second.clock.advance(1);
			expect(second.events.slice(1)).toEqual(["180 Destination", "408 Destination", "ended, server"]);
		});

		test("is asked to report again, as it may have reported to nobody", () => {
			const second = referring();
			second.service.probe();
			expect(second.legs.leg(0).asked).toEqual(["listen to REFER", "probe"]);
			second.legs.leg(0).probed?.("refused");
			expect(second.events).toHaveLength(1);
			expect(second.service.restoration).toMatchObject({ probed: 1, freed: 0 });
		});

		test("and reports nothing to this process: the outcome is unknown", () => {
			const second = referring();
			second.clock.advance(85_000);
			expect(second.events.slice(1)).toEqual(["202 Destination", "ended"]);
			expect(second.legs.leg(0).asked).toEqual(["listen to REFER", "BYE"]);
		});

		test("and has nothing more to report: the outcome is unknown at once", () => {
			const second = referring();
			second.legs.leg(0).referring?.onLost(undefined);
			expect(second.events.slice(1)).toEqual(["202 Destination", "ended"]);
		});

		test("and has not shown that it took the REFER: it has failed in time", () => {
			const second = referring({}, 5000, false);
			second.clock.advance(85_000);
			expect(second.events.slice(1)).toEqual(["408 Destination", "ended, server"]);
		});

		test("fails as before when the next try was still to come", () => {
			const second = referring({ referral: { version: 1, state: "waiting", failure: 503 } });
			expect(second.events.slice(1)).toEqual(["503 Destination", "ended"]);
			expect(second.legs.leg(0).asked).toEqual(["BYE"]);
		});

		test("is not asked again, and not joined here when it fails", () => {
			const second = referring();
			second.legs.leg(0).referring?.onReport(503);
			expect(second.events.slice(1)).toEqual(["503 Destination", "ended"]);
			expect(second.legs.made).toHaveLength(1);
		});

		test("ends when its leg cannot be used", () => {
			const second = referring({ initiatorLeg: undefined });
			expect(second.events.slice(1)).toEqual(["487 Destination", "ended, server"]);
		});
	});

	test("tells an asker who comes back all results, those of the process before too", () => {
		const { results, second, record } = next(answer(0));
		expect(results.map(({ code }) => code)).toEqual([487]);
		expect(record.results.map(({ code }) => code)).toEqual([100, 200]);
		expect(second.service.record(record.id)).toBeUndefined();
	});
});

describe("a call that is over", () => {
	test("has a record while one of its phones has not confirmed that, if somebody watches", () => {
		const told: string[] = [];
		first.service.watchRecords(noting((id) => told.push(id)));
		const id = first.connect();
		const [alice, bob] = [first.legs.leg(0), first.legs.leg(1)];
		alice.slow = true;
		bob.hangUp();
		expect(first.service.list()).toEqual([]);
		expect(first.written(id)).toMatchObject({
			state: "ended",
			final: true,
			initiatorLeg: { stage: "confirmed" },
		});

		const second = new Process(START);
		second.service.watchRecords(noting());
		second.service.restore(first.written(id), 100);
		expect(second.legs.made.map(({ asked }) => asked)).toEqual([["BYE"], ["BYE"]]);
		expect(second.events).toEqual([]);
		expect(second.service.list()).toEqual([]);
		expect(second.service.record(id)).toBeUndefined();

		alice.state = "ended";
		expect(first.service.record(id)).toBeUndefined();
		expect(told).toContain(id);
	});

	test("has none if nobody watches", () => {
		const id = first.connect();
		first.legs.leg(0).slow = true;
		first.legs.leg(1).hangUp();
		expect(first.service.record(id)).toBeUndefined();
	});
});

describe("the phones of a restarted server", () => {
	test("are handed over to a third one, who then talks to the one that stays", async () => {
		const table = new Table();
		await table.connect();
		await table.restart();
		const [id = ""] = table.service.list().map((call) => call.id);
		const record = table.service.record(id);
		const { bench } = table;
		const alice = record?.initiatorLeg;
		if (!alice) throw new Error("no leg");
		const { dialog } = alice;
		await bench.request({ id: alice.id, callId: dialog.callId, localTag: dialog.localTag }, "REFER", {
			cseq: 500,
			tag: dialog.remoteTag,
			headers: ["Refer-To: <sip:carol@192.0.2.9>"],
		});
		expect(bench.last("SIP/2.0")).toStartWith("SIP/2.0 202");
		const invite = bench.last("INVITE");
		expect(invite).toStartWith("INVITE sip:carol@192.0.2.9 ");
		expect(header(invite, "From")).toContain("sip:bob@192.0.2.9");
		await table.deliver();
		for (const who of [2, 1]) await table.take({ what: "answer", who, status: 200 });
		// The BYE waits for the answers to the reports.
		for (const text of bench.sent) if (text.startsWith("NOTIFY")) await bench.respond(text, 200);
		expect(
			bench.sent.filter((text) => text.startsWith("BYE")).map((text) => header(text, "Call-ID")),
		).toEqual([dialog.callId]);
		expect(table.service.list()).toHaveLength(1);
	});
});
