import type { IncomingResponseMessage } from "../sipjs/core.ts";
import { isLocalFailure } from "../sipjs/local-failure.ts";
import type { Refusal } from "./types.ts";

/** The refusal that a final response expresses. */
export function refusalOf(message: IncomingResponseMessage): Refusal {
	return {
		status: message.statusCode ?? 500,
		reason: message.reasonPhrase ?? "",
		local: isLocalFailure(message),
	};
}
