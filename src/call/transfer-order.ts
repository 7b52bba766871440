import type { CallLeg } from "../sip/leg/types.ts";
import type { CallOptions } from "./call-options.ts";
import { callerOf } from "./caller.ts";
import type { Conversation } from "./phone-in-call.ts";
import type { TransferOptions } from "./transfer.ts";

/**
 * What a call to a phone that takes another one's place needs, besides who asks and who stays.
 *
 * @param call id of the call.
 * @param remaining the phone that stays, shown on the new phone's display.
 */
export function transferOrder(
	call: string,
	remaining: CallLeg,
	options: CallOptions,
	conversation: Conversation,
): Omit<TransferOptions, "request" | "transferor" | "remaining" | "watch" | "called"> {
	const { routeSet, limits, legs, clock } = options;
	return {
		call,
		caller: callerOf(remaining, options),
		routeSet,
		legs,
		clock,
		timeout: limits.destinationTimeout,
		conversation,
	};
}
