import { expect } from "bun:test";
import { readCallRecord } from "../../src/call/call-record.ts";
import type { CallService } from "../../src/call/call-service.ts";
import type { LegFactory } from "../../src/call/leg-factory.ts";
import type { Leg } from "../../src/sip/leg/leg.ts";
import { LegBench, settle } from "./leg-bench.ts";
import { makeCallService } from "./make-call-service.ts";
import { ModelPhone } from "./model-phone.ts";
import { noting } from "./noting.ts";

/** What happens next: a phone does something, or time passes. */
export type Step =
	| { readonly what: "INVITE" | "UPDATE" | "ask"; readonly who: number; readonly rude: boolean }
	| { readonly what: "ack" | "cancel"; readonly who: number }
	| { readonly what: "bye"; readonly who: number }
	| { readonly what: "answer"; readonly who: number; readonly status: number }
	| { readonly what: "wait"; readonly time: number };

/** An anchored call of two phones. */
export class Table {
	bench = new LegBench();
	readonly phones: ModelPhone[] = [];
	service: CallService;
	/** The results that were told. */
	readonly told: string[] = [];
	/** The calls whose records may have changed since the test looked last. */
	readonly changed = new Set<string>();
	#heard = 0;
	/**
	 * A phone may have refused to go back to the session before an offer that the other one has taken back:
	 * there is nothing to be done about that.
	 */
	#stuck = false;

	constructor() {
		this.service = this.#serve();
	}

	#serve(): CallService {
		const { bench, phones } = this;
		const { clock, log } = bench;
		const legs: LegFactory = {
			createLeg: (order) => {
				const leg: Leg = bench.endpoint.createLeg(order);
				phones.push(new ModelPhone(bench, leg, 10_000 * (phones.length + 1)));
				return leg;
			},
			restoreLeg: (record, how) => {
				const leg: Leg = bench.endpoint.restoreLeg(record, how);
				phones.find((phone) => phone.knows(leg.callId))?.meet(bench, leg);
				return leg;
			},
			findLeg: () => undefined,
		};
		const host = "192.0.2.9";
		const service = makeCallService(
			{ legs, clock, log, wall: { now: () => 1_800_000_000_000 + clock.now() } },
			{ initiators: host, destinations: host },
		);
		service.watchRecords(noting((id) => this.changed.add(id)));
		service.events.subscribe((event) => {
			if (event.kind === "result") this.told.push(`${event.result.code} ${event.result.leg}`);
		});
		return service;
	}

	/** The server is killed while nothing is under way, and the next one goes on with what was written down. */
	async restart(): Promise<void> {
		await this.finish();
		const records = this.service.list().map(({ id }) => JSON.stringify(this.service.record(id)));
		this.bench = new LegBench();
		this.#heard = 0;
		this.service = this.#serve();
		for (const record of records) this.service.restore(readCallRecord(JSON.parse(record)), 100);
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
		this.service.place({ initiator: "alice", destination: "bob", anchor: true, origin: { via: "xml" } });
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
