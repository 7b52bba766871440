import type { LiveEvent } from "../live/types.ts";

/** An event as receivers get it: the same each time it is posted, whichever process does that. */
export interface Notice {
	/** Value of Webhook-Id, without full stops. */
	readonly id: string;
	/** Those of one key are delivered one after the other: a call, or a request that was refused. */
	readonly key: string;
	/** JSON. */
	readonly body: string;
}

/** The notice of an event. Its body is made when somebody wants it, and only once. */
export class EventNotice implements Notice {
	readonly id: string;
	readonly key: string;
	readonly #event: LiveEvent;
	readonly #write: (event: LiveEvent) => string;
	#body: string | undefined;

	/**
	 * @param run tells the events of this run of the server from those of all others; without full stops.
	 * @param write JSON of an event.
	 */
	constructor(event: LiveEvent, run: string, write: (event: LiveEvent) => string) {
		this.#event = event;
		this.#write = write;
		this.id = `evt_${run}_${event.number}`;
		this.key = event.kind === "refused" ? `refused ${this.id}` : event.call.id;
	}

	get body(): string {
		this.#body ??= this.#write(this.#event);
		return this.#body;
	}
}
