import type { CallService } from "../call/call-service.ts";
import type { CallState } from "../state/call-state.ts";
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
	/** Undefined when calls do not outlive the process. */
	readonly state: CallState | undefined;
	/** Undefined for a box alone. */
	readonly cluster?: { stop(): Promise<void> } | undefined;
	/** Whether connected calls are left to the next process. */
	readonly keepsCalls: () => boolean;
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

	/** Ends every call that is not kept with a final result and a BYE, and waits briefly for the phones' answers. */
	async stop(): Promise<void> {
		const { calls, observation, legs, state, cluster, keepsCalls, clock } = this.#options;
		if (keepsCalls()) calls.keep();
		else calls.stop();
		// Programs are told while the phones are.
		void observation.stop();
		const deadline = clock.now() + GOODBYE_TIME;
		while (legs() > 2 * calls.open && clock.now() < deadline) await pause(clock, GOODBYE_STEP);
		// What happens to the calls from now on is for the next process.
		state?.stop();
		await cluster?.stop();
	}
}
