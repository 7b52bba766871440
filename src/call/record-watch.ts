import type { RecordWatch } from "../sip/leg/types.ts";
import type { EventOfCall } from "./events.ts";

/** Told of one call each time its record may say something else than before. It should only note that. */
export interface CallWatch extends RecordWatch {
	/** Something was published of the call, which changes its record, too. */
	published(event: EventOfCall): void;
}

/** Gives what is to be told of the call with an id: a new one, or one that is taken up. */
export type WatchOfCall = (id: string) => CallWatch;

/** Two who watch the same call. */
export class TwoWatches implements CallWatch {
	readonly #first: CallWatch;
	readonly #second: CallWatch;

	constructor(first: CallWatch, second: CallWatch) {
		this.#first = first;
		this.#second = second;
	}

	changed(soon?: boolean): void {
		this.#first.changed(soon);
		this.#second.changed(soon);
	}

	published(event: EventOfCall): void {
		this.#first.published(event);
		this.#second.published(event);
	}
}
