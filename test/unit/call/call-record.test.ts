import { beforeEach, describe, expect, test } from "bun:test";
import { type CallRecord, readCallRecord } from "../../../src/call/call-record.ts";
import type { CallService, CallServiceOptions } from "../../../src/call/call-service.ts";
import type { CallEvent } from "../../../src/call/events.ts";
import { RecordError } from "../../../src/record.ts";
import type { LegRecord } from "../../../src/sip/leg/leg-record.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { FakeLegs } from "../../support/fake-leg.ts";
import { answeredLeg, header } from "../../support/leg-bench.ts";
import { makeCallService } from "../../support/make-call-service.ts";
import { Table } from "../../support/table.ts";
import { sdp } from "./support.ts";

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

	place(): string {
		const origin = { via: "http", peer: "192.0.2.5", user: "alice" } as const;
		const placed = this.service.place({ initiator: "alice", destination: "bob", anchor: true, origin });
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
			results: ["100 undefined", "200 Initiator", "200 Destination"],
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
			results: ["100 undefined"],
		});
		first.legs.leg(0).answer(sdp(4000));
		first.legs.leg(0).written = written;
		const record = first.written(id);
		expect(record).toMatchObject({ state: "calling destination", initiatorLeg: written });
		expect([record.destinationLeg, record.endsAt]).toEqual([undefined, undefined]);
	});

	test.each<[string, object]>([
		["call.version", { version: 2 }],
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
		second.service.restore({ ...record, results: ["100 undefined", "200 Initiator"], final: false }, 100);
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

	test("is not taken up twice, without legs, or before both phones talk", () => {
		const { second, id } = next(0);
		const record = first.written(id);
		expect(() => second.service.restore(record, 100)).toThrow(RecordError);
		expect(second.service.list()).toHaveLength(1);
		const third = new Process(START);
		const alone = { ...record, initiatorLeg: undefined, destinationLeg: undefined };
		expect(() => third.service.restore(alone, 100)).toThrow(RecordError);
		expect(() => third.service.restore({ ...record, state: "joining" }, 100)).toThrow("found joining");
		expect(third.service.list()).toEqual([]);
		expect(third.events).toEqual([]);
		expect(third.legs.made).toEqual([]);
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
