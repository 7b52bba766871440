import { CALL_STATES, type CallEvent, type RefusalReason } from "../call/events.ts";
import type { ToneName } from "../call/tone.ts";
import type { CallOrigin, CallResult, CallWay, LegName } from "../call/types.ts";
import { Registry } from "../registry.ts";
import { Histogram } from "./histogram.ts";

/** Seconds; from phones that pick up by themselves to the longest that one may ring by default. */
const SECONDS = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15, 20, 30, 45, 60, 90];

interface Timing {
	readonly placedAt: number;
	/** When the destination was called, or the initiator asked to call it. */
	destinationAt: number;
}

type ByLeg<Value> = Readonly<Record<LegName, Value>>;

const byLeg = <Value>(make: () => Value): ByLeg<Value> => ({ Initiator: make(), Destination: make() });

/** What calls come to, in plain numbers; fed by their events. */
export class CallCounters {
	/** Calls that were accepted, by who asked. */
	readonly placed: Record<CallOrigin["via"], number> = { xml: 0, http: 0 };
	readonly refused: Record<RefusalReason, number> = {
		address: 0,
		"set-up": 0,
		stopping: 0,
		calls: 0,
		rate: 0,
	};
	/** Tones that initiators heard. */
	readonly tones: Record<ToneName, number> = {
		ringback: 0,
		busy: 0,
		congestion: 0,
		"special-information": 0,
		wait: 0,
	};
	/** Final results by the first digit of their code. */
	readonly results: Readonly<Record<CallWay, ByLeg<number[]>>> = {
		refer: byLeg(() => Array<number>(10).fill(0)),
		anchor: byLeg(() => Array<number>(10).fill(0)),
	};
	/** Seconds in which each phone was answered after it was called. */
	readonly answered: ByLeg<Histogram> = byLeg(() => new Histogram(SECONDS));
	/** Seconds from the request to `200 Destination`. */
	readonly setUp: Readonly<Record<CallWay, Histogram>> = {
		refer: new Histogram(SECONDS),
		anchor: new Histogram(SECONDS),
	};
	readonly #now: () => number;
	/** Of calls that are being set up. */
	readonly #timings = new Registry<Timing>();

	/** @param now milliseconds of a clock that never steps. */
	constructor(now: () => number) {
		this.#now = now;
	}

	/** Takes the next event; to be subscribed to the events of the calls. */
	readonly hear = (event: CallEvent): void => {
		switch (event.kind) {
			case "placed": {
				this.placed[event.call.request.origin.via] += 1;
				const now = this.#now();
				this.#timings.set(event.call.id, { placedAt: now, destinationAt: now });
				return;
			}
			case "refused":
				this.refused[event.reason] += 1;
				return;
			case "result":
				return this.#result(event.call.id, event.call.way, event.result);
			case "tone":
				if (event.call.hears) this.tones[event.call.hears] += 1;
				return;
			case "state":
				if (CALL_STATES[event.call.state].calls === "Destination") {
					const timing = this.#timings.get(event.call.id);
					if (timing) timing.destinationAt = this.#now();
				}
		}
	};

	#result(id: string, way: CallWay, { code, leg, final }: CallResult): void {
		if (leg && code === 200) this.#answered(id, way, leg);
		if (!final) return;
		this.#timings.delete(id);
		const classes = leg && this.results[way][leg];
		const first = Math.trunc(code / 100);
		if (classes) classes[first] = (classes[first] ?? 0) + 1;
	}

	#answered(id: string, way: CallWay, leg: LegName): void {
		const timing = this.#timings.get(id);
		if (!timing) return;
		const now = this.#now();
		const calledAt = leg === "Initiator" ? timing.placedAt : timing.destinationAt;
		this.answered[leg].observe((now - calledAt) / 1000);
		if (leg === "Destination") this.setUp[way].observe((now - timing.placedAt) / 1000);
	}
}
