import { expect, test } from "bun:test";
import fc from "fast-check";
import { CallService } from "../../../src/call/call-service.ts";
import type { Leg } from "../../../src/sip/leg/leg.ts";
import { parseUri } from "../../../src/sip/message/uri.ts";
import { LegBench, settle } from "../../support/leg-bench.ts";
import { ModelPhone } from "../../support/model-phone.ts";

/** What happens next: a phone does something, or time passes. */
type Step =
	| { readonly what: "INVITE" | "UPDATE" | "ask"; readonly who: number; readonly rude: boolean }
	| { readonly what: "ack" | "cancel"; readonly who: number }
	| { readonly what: "bye"; readonly who: number }
	| { readonly what: "answer"; readonly who: number; readonly status: number }
	| { readonly what: "wait"; readonly time: number };

/** An anchored call of two phones. */
class Table {
	readonly bench = new LegBench();
	readonly phones: ModelPhone[] = [];
	readonly service: CallService;
	#heard = 0;
	/**
	 * A phone may have refused to go back to the session before an offer that the other one has taken back:
	 * there is nothing to be done about that.
	 */
	#stuck = false;

	constructor() {
		const identity = parseUri("sip:click2call@example.com");
		if (!identity) throw new Error("identity");
		const { bench, phones } = this;
		this.service = new CallService({
			translator: {
				translatePair: (initiator, destination) => ({
					ok: true,
					initiator: `sip:${initiator}@192.0.2.9`,
					destination: `sip:${destination}@192.0.2.9`,
				}),
			},
			legs: {
				createLeg: (order) => {
					const leg: Leg = bench.endpoint.createLeg(order);
					phones.push(new ModelPhone(bench, leg, 10_000 * (phones.length + 1)));
					return leg;
				},
				findLeg: () => undefined,
			},
			identity,
			routeSet: [],
			autoAnswer: "off",
			limits: { initiatorTimeout: 0, destinationTimeout: 0, maxDuration: 0 },
			maxCalls: 0,
			maxCallsPerSecond: 0,
			clock: bench.clock,
			log: bench.log,
		});
	}

	phone(index: number): ModelPhone {
		const phone = this.phones[index];
		if (!phone) throw new Error(`phone ${index} was not called`);
		return phone;
	}

	/** The phones hear all that was sent. */
	async deliver(): Promise<void> {
		await settle();
		while (this.#heard < this.bench.sent.length) {
			const text = this.bench.sent[this.#heard++] ?? "";
			for (const phone of this.phones) await phone.hear(text);
		}
	}

	async take(step: Step): Promise<void> {
		if (step.what === "wait") {
			for (let left = step.time; left > 0; left -= 1000) {
				this.bench.clock.advance(Math.min(left, 1000));
				await this.deliver();
			}
		} else {
			const phone = this.phone(step.who);
			if (step.what === "answer") {
				const { refusals } = phone;
				await phone.answer(step.status);
				if (phone.refusals > refusals && this.phones.some(({ revoked }) => revoked)) this.#stuck = true;
			} else if (step.what === "ack") await phone.acknowledge();
			else if (step.what === "cancel") await phone.cancel();
			else if (step.what === "bye") await phone.hangUp();
			else if (step.what === "ask") await phone.offer("INVITE", false, step.rude);
			else if (step.what === "INVITE" || step.what === "UPDATE")
				await phone.offer(step.what, true, step.rude);
		}
		await this.deliver();
	}

	/** Both phones do what they owe until nothing is open. */
	async finish(): Promise<void> {
		for (let round = 0; round < 40; round += 1) {
			for (const who of [0, 1]) {
				await this.take({ what: "ack", who });
				await this.take({ what: "answer", who, status: 200 });
			}
			await this.take({ what: "wait", time: 500 });
		}
	}

	async connect(): Promise<void> {
		this.service.place(
			{ initiator: "alice", destination: "bob", anchor: true, origin: { via: "xml" } },
			() => {},
		);
		await this.deliver();
		for (const who of [0, 1, 0]) await this.take({ what: "answer", who, status: 200 });
		expect(this.service.list()[0]?.state).toBe("connected");
		this.expectAgreement();
	}

	/** Each phone knows the description that the other one has agreed to last. */
	expectAgreement(): void {
		if (this.#stuck) return;
		const [alice, bob] = [this.phone(0), this.phone(1)];
		expect({ aliceKnows: alice.peer, bobKnows: bob.peer }).toEqual({
			aliceKnows: bob.own,
			bobKnows: alice.own,
		});
	}
}

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

async function check(steps: readonly Step[]): Promise<void> {
	const table = new Table();
	await table.connect();
	for (const one of steps) await table.take(one);
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
	expect(phones.map(({ over }) => over)).toEqual([true, true]);
	expect(phones.map(({ unacknowledged }) => unacknowledged.size)).toEqual([0, 0]);
	expect(service.list()).toEqual([]);
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
