import type { Clock } from "../../time/clock.ts";
import type { ResponseOptions } from "../message/writer.ts";
import type { TimerValues } from "../reliability/types.ts";
import type { IncomingRequestMessage } from "../sipjs/core.ts";
import type { AnsweredDelegate } from "./types.ts";
import type { LegUserAgent } from "./user-agent.ts";

/** The leg whose dialog a {@link DialogUse} is. */
export interface DialogOwner {
	readonly userAgent: LegUserAgent;
	/** Session interval to ask for, in seconds; 0 for none. */
	readonly sessionInterval: number;
	readonly clock: Clock;
	readonly timers: TimerValues;
	/** The current listener; undefined once the call has released the leg. */
	readonly listener: AnsweredDelegate | undefined;
	/** Answers a request that SIP.js does not see. */
	reply(request: IncomingRequestMessage, status: number, options?: ResponseOptions): void;
	/** Answers a request with 200, as SIP.js does. */
	accept(request: IncomingRequestMessage): void;
	dialogEnded(cause: "bye" | "failure"): void;
	/** The dialog was over, and now its REFER is too. */
	dialogIdle(): void;
}
