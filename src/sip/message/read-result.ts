import type { BrokenRequest } from "./broken-request.ts";
import { type WireRequest, WireResponse } from "./wire-message.ts";

/** What the bytes contained. */
export type ReadResult =
	| { readonly kind: "request"; readonly message: WireRequest }
	| { readonly kind: "response"; readonly message: WireResponse }
	| {
			readonly kind: "broken";
			/** Safe in the log and a reason phrase; quotes nothing from the message. */
			readonly reason: string;
			/** Present for a request that must be answered. */
			readonly reply?: BrokenRequest;
	  };

/** The result of a message that can be read. */
export function resultOf(message: WireRequest | WireResponse): ReadResult {
	return message instanceof WireResponse ? { kind: "response", message } : { kind: "request", message };
}
