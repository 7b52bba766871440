import type { CallLeg, RecordWatch } from "../sip/leg/types.ts";
import type { WallClock } from "../time/wall-clock.ts";
import { Bridge } from "./bridge.ts";
import type { CallRecord } from "./call-record.ts";
import { type Conversation, PhoneInCall } from "./phone-in-call.ts";

const NONE: readonly CallLeg[] = [];

/** The two phones of a call, and what joins them while they talk. */
export class Phones {
	initiator: CallLeg | undefined;
	destination: CallLeg | undefined;
	#bridge: Bridge | undefined;
	/** Legs that are ending, or not yet in the call. */
	#others: readonly CallLeg[] = NONE;

	/** Undefined before they talk. */
	get bridge(): Bridge | undefined {
		return this.#bridge;
	}

	/** The legs that exist. */
	get legs(): readonly CallLeg[] {
		return [this.initiator, this.destination].filter((leg) => leg !== undefined);
	}

	has(leg: CallLeg): boolean {
		return leg === this.initiator || leg === this.destination;
	}

	/** Which of them a leg is. */
	nameOf(leg: CallLeg): "initiator" | "destination" {
		return leg === this.initiator ? "initiator" : "destination";
	}

	/** Whatever they do from now on happens in this conversation, whose record has theirs. */
	adopt(conversation: Conversation & RecordWatch): void {
		for (const leg of this.legs) leg.adopt(new PhoneInCall(leg, conversation), conversation);
	}

	/** Connects them. @returns false when one is missing. */
	join(): boolean {
		const { initiator, destination } = this;
		if (!initiator || !destination) return false;
		this.#bridge = new Bridge(initiator, destination);
		return true;
	}

	/** Puts another phone in the place of one of them. @returns false while they are not connected. */
	replace(leg: CallLeg, by: CallLeg): boolean {
		const remaining = this.#bridge?.other(leg);
		if (!remaining) return false;
		this.#bridge = new Bridge(remaining, by);
		this[this.nameOf(leg)] = by;
		this.#others = this.#others.filter((other) => other !== by);
		return true;
	}

	/** Keeps a leg in the record of the call until nothing of it is left. */
	keep(leg: CallLeg): void {
		this.#others = [...this.#others.filter(isThere), leg];
	}

	/** Whether nothing is left of any leg. */
	get gone(): boolean {
		const { initiator, destination } = this;
		if ((initiator && isThere(initiator)) || (destination && isThere(destination))) return false;
		return this.#others.length === 0 || !this.#others.some(isThere);
	}

	/** One of them now belongs to another call. */
	letGo(leg: CallLeg): void {
		this[this.nameOf(leg)] = undefined;
		this.#others = this.#others.filter((other) => other !== leg);
	}

	/** Ends the legs of both, and all others that remain. */
	end(): void {
		this.initiator?.end();
		this.destination?.end();
		for (const leg of this.#others) leg.end();
	}

	/** Drops all legs without a word to the phones. */
	drop(): void {
		for (const leg of [this.initiator, this.destination, ...this.#others]) leg?.drop();
	}

	/** The state of their legs, for another process. */
	record(wall: WallClock): Pick<CallRecord, "initiatorLeg" | "destinationLeg" | "otherLegs"> {
		return {
			initiatorLeg: this.initiator?.record(wall),
			destinationLeg: this.destination?.record(wall),
			otherLegs: this.#others.length === 0 ? [] : this.#others.flatMap((leg) => leg.record(wall) ?? []),
		};
	}
}

function isThere({ state }: CallLeg): boolean {
	return state !== "ended" && state !== "idle";
}
