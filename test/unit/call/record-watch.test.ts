import { expect, test } from "bun:test";
import fc from "fast-check";
import { RecordError } from "../../../src/record.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { FakeLegs } from "../../support/fake-leg.ts";
import { makeCallService, placeCall } from "../../support/make-call-service.ts";
import { noting } from "../../support/noting.ts";
import { type Step, Table } from "../../support/table.ts";
import { sdp } from "./support.ts";

const who = fc.nat(1);
const step: fc.Arbitrary<Step> = fc.oneof(
	fc.record({ what: fc.constantFrom("INVITE", "UPDATE", "ask"), who, rude: fc.boolean() }),
	fc.record({ what: fc.constantFrom("ack", "cancel"), who }),
	fc.record({ what: fc.constant("answer"), who, status: fc.constantFrom(200, 488, 491, 500) }),
	fc.record({ what: fc.constant("wait"), time: fc.constantFrom(500, 4000, 1_000_000) }),
);

function recordsOf({ service }: Table): Map<string, string> {
	return new Map(service.list().map(({ id }) => [id, JSON.stringify(service.record(id))]));
}

test("no record of a call changes without somebody being told", async () => {
	await fc.assert(
		fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
			const table = new Table();
			const known = new Map<string, string>();
			const check = (what: string): void => {
				for (const [id, record] of recordsOf(table)) {
					if (known.get(id) === record) continue;
					expect({ what, told: table.changed.has(id) }).toEqual({ what, told: true });
					known.set(id, record);
				}
				table.changed.clear();
			};
			table.service.place({ initiator: "alice", destination: "bob", anchor: true, origin: { via: "xml" } });
			await table.deliver();
			check("placed");
			for (const phone of [0, 1, 0]) {
				await table.take({ what: "answer", who: phone, status: 200 });
				check("set up");
			}
			for (const next of steps) {
				await table.take(next);
				check(JSON.stringify(next));
			}
		}),
		{ numRuns: 60 },
	);
});

test("a record stays what it was, whatever happens to its call afterwards", async () => {
	await fc.assert(
		fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
			const table = new Table();
			const kept: [record: unknown, text: string][] = [];
			const keep = (): void => {
				for (const { id } of table.service.list()) {
					const record = table.service.record(id);
					kept.push([record, JSON.stringify(record)]);
				}
			};
			table.service.place({ initiator: "alice", destination: "bob", anchor: true, origin: { via: "xml" } });
			await table.deliver();
			keep();
			const setUp = [0, 1, 0].map((phone): Step => ({ what: "answer", who: phone, status: 200 }));
			for (const next of [...setUp, ...steps]) {
				await table.take(next);
				keep();
			}
			for (const [record, text] of kept) expect(JSON.stringify(record)).toBe(text);
		}),
		{ numRuns: 40 },
	);
});

test("who watches is told of a call's end", () => {
	const legs = new FakeLegs();
	const service = makeCallService({ legs, clock: new FakeClock() });
	const told: string[] = [];
	service.watchRecords(noting((id) => told.push(id)));
	const placed = service.place({ initiator: "a", destination: "b", anchor: true, origin: { via: "xml" } });
	const id = placed.accepted ? placed.id : "";
	told.length = 0;
	legs.leg(0).fail(486);
	expect(told).toContain(id);
	expect(service.record(id)).toBeUndefined();
});

test("whoever begins to watch is told of calls that there are already, and so are those who watch already", () => {
	const legs = new FakeLegs();
	const service = makeCallService({ legs, clock: new FakeClock() });
	const told: string[] = [];
	const [first, second] = ["first", "second"].map((who) => noting((_, soon) => told.push(`${who} ${soon}`)));
	service.place({ initiator: "a", destination: "b", anchor: true, origin: { via: "xml" } });
	const { watch } = legs.requests[0] ?? expect.unreachable();
	watch?.changed();
	expect(told).toEqual([]);
	service.watchRecords(first ?? expect.unreachable());
	watch?.changed(true);
	expect(told.splice(0)).toEqual(["first true"]);
	service.watchRecords(second ?? expect.unreachable());
	watch?.changed();
	expect(told.splice(0)).toEqual(["first undefined", "second undefined"]);
	legs.leg(0).fail(486);
	expect(told).toContain("second undefined");
});

/** A call is over, and alice's phone has not confirmed that. */
function halfOver(watched: boolean) {
	const legs = new FakeLegs();
	const service = makeCallService({ legs, clock: new FakeClock() });
	if (watched) service.watchRecords(noting());
	const { id } = placeCall(service, {
		initiator: "a",
		destination: "b",
		anchor: true,
		origin: { via: "xml" },
	});
	legs.leg(0).answer(sdp(4000));
	const record = service.record(id) ?? expect.unreachable();
	legs.leg(0).slow = true;
	service.hangUp(id);
	return { legs, service, record };
}

test("a call that is over is kept until its last phone has confirmed that, even if nobody asks for its record", async () => {
	const { legs, service, record } = halfOver(true);
	const { id } = record;
	legs.requests[0]?.watch?.changed();
	expect(() => service.restore(record, 100)).toThrow(RecordError);
	expect(service.record(id)).toMatchObject({ id, state: "ended" });
	// For everybody else it is over.
	expect([service.open, service.list(), service.hangUp(id)]).toEqual([0, [], false]);
	expect(service.follow(id, () => {})).toBeUndefined();
	await service.drain();
	legs.leg(0).state = "ended";
	legs.requests[0]?.watch?.changed();
	expect(() => service.restore(record, 100)).not.toThrow();
});

test("without anybody who watches, a call that is over is not kept", () => {
	const { legs, service, record } = halfOver(false);
	expect(legs.leg(0).state).toBe("leaving");
	expect(() => service.restore(record, 100)).not.toThrow();
});
