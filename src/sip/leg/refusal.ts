import type { IncomingResponseMessage } from "../sipjs/core.ts";
import type { Refusal } from "./types.ts";

/** What a final response refuses with; SIP.js makes responses without header fields for its own failures. */
export function refusalOf(message: IncomingResponseMessage): Refusal {
	return {
		status: message.statusCode ?? 500,
		reason: message.reasonPhrase ?? "",
		local: !message.hasHeader("Call-ID"),
	};
}
