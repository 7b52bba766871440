import type { IncomingRequest } from "sip.js/lib/core/index.js";
import type { RelayedRequest } from "./types.ts";

/**
 * A phone's INFO or MESSAGE in the dialog, which is for the other phone; it gets one answer.
 *
 * @param answered runs when it has got it.
 */
export function incomingRelay(
	method: RelayedRequest["method"],
	request: IncomingRequest,
	answered: () => void,
): RelayedRequest {
	const { message } = request;
	const type = message.getHeader("Content-Type");
	let open = true;
	return {
		method,
		body: message.body && type ? { type, content: message.body } : undefined,
		headers: message.getHeaders("Info-Package").map((value) => `Info-Package: ${value}`),
		reply: (status, reasonPhrase) => {
			if (!open) return;
			open = false;
			answered();
			const options = { statusCode: status, ...(reasonPhrase && { reasonPhrase }) };
			if (status < 300) request.accept(options);
			else request.reject(status < 400 ? { statusCode: 500 } : options);
		},
	};
}
