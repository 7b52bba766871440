import { expect, test } from "bun:test";
import fc from "fast-check";
import { type Step, Table } from "../../support/table.ts";

const who = fc.constantFrom(0, 1);
const step: fc.Arbitrary<Step> = fc.oneof(
	{
		weight: 4,
		arbitrary: fc.record({
			what: fc.constantFrom("INVITE" as const, "UPDATE" as const, "ask" as const),
			who,
			rude: fc.boolean(),
		}),
	},
	{
		weight: 5,
		arbitrary: fc.record({
			what: fc.constant("answer" as const),
			who,
			status: fc.constantFrom(200, 200, 200, 488, 491, 500, 302, 603),
		}),
	},
	{ weight: 3, arbitrary: fc.record({ what: fc.constantFrom("ack" as const, "cancel" as const), who }) },
	{ weight: 3, arbitrary: fc.record({ what: fc.constant("wait" as const), time: fc.nat(5000) }) },
	// Longer than a phone may take (64*T1).
	{
		weight: 1,
		arbitrary: fc.record({
			what: fc.constant("wait" as const),
			time: fc.integer({ min: 5000, max: 70_000 }),
		}),
	},
);

const bye: fc.Arbitrary<Step> = fc.record({ what: fc.constant("bye" as const), who });

async function check(steps: readonly (Step | "restart")[]): Promise<void> {
	const table = new Table();
	await table.connect();
	for (const one of steps) await (one === "restart" ? table.restart() : table.take(one));
	await table.finish();
	const { phones, bench, service } = table;
	if (phones.every(({ over }) => !over)) {
		expect(phones.map(({ busy }) => busy)).toEqual([false, false]);
		table.expectAgreement();
		expect(service.list()).toHaveLength(1);
		service.stop();
		await table.finish();
	}
	expect(phones.flatMap(({ asked }) => asked).filter(({ finals }) => finals !== 1)).toEqual([]);
	expect(phones.flatMap(({ defects }) => defects)).toEqual([]);
	expect(phones.map(({ over }) => over)).toEqual([true, true]);
	expect(phones.map(({ unacknowledged }) => unacknowledged.size)).toEqual([0, 0]);
	expect(service.list()).toEqual([]);
	expect(table.told).toEqual(["100 undefined", "200 Initiator", "200 Destination"]);
	expect(bench.endpoint.legs).toBe(0);
	expect(bench.timers).toBe(0);
	expect(bench.log.lines.filter((line) => !line.startsWith("DEBUG"))).toEqual([]);
}

test("offers of both phones in any order: each is answered once, and the phones agree in the end", async () => {
	await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 14 }), check), { numRuns: 300 });
});

test("and when a phone hangs up in between, both dialogs end and nothing is left", async () => {
	const steps = fc
		.tuple(fc.array(step, { maxLength: 8 }), bye, fc.array(step, { maxLength: 5 }))
		.map(([before, end, after]) => [...before, end, ...after]);
	await fc.assert(fc.asyncProperty(steps, check), { numRuns: 300 });
});

test("and when the server is killed in between: the next one goes on with both phones", async () => {
	const some = fc.array(step, { maxLength: 5 });
	const steps = fc
		.tuple(some, some, fc.oneof(bye, step), some)
		.map(
			([before, between, one, after]) =>
				[...before, "restart", ...between, "restart", one, ...after] as const,
		);
	await fc.assert(fc.asyncProperty(steps, check), { numRuns: 150 });
});
