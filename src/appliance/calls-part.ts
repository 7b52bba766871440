import type { CallService } from "../call/call-service.ts";
import type { Clock } from "../time/clock.ts";
import { pause } from "../time/pause.ts";
import type { Observation } from "./observation.ts";
import type { Part } from "./parts.ts";

/** How long the BYEs may take when the server stops, in milliseconds. */
const GOODBYE_TIME = 2000;

/** How often we check for the phones' answers meanwhile, in milliseconds. */
const GOODBYE_STEP = 20;

export interface CallsPartOptions {
	readonly calls: CallService;
	readonly observation: Observation;
	/** How many phones still have to answer. */
	readonly legs: () => number;
	readonly clock: Clock;
}

/** Call control: the last part to start, and the first to stop. */
export class CallsPart implements Part {
	readonly name = "call control";
	readonly #options: CallsPartOptions;

	constructor(options: CallsPartOptions) {
		this.#options = options;
	}

	start(): void {
		this.#options.observation.started();
	}

	/** Ends every call with a final result and a BYE, and waits briefly for the phones' answers. */
	async stop(): Promise<void> {
		const { calls, observation, legs, clock } = this.#options;
		calls.stop();
		// Programs are told while the phones are.
		void observation.stop();
		const deadline = clock.now() + GOODBYE_TIME;
		while (legs() > 0 && clock.now() < deadline) await pause(clock, GOODBYE_STEP);
	}
}
