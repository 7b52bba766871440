import type { IncomingRequest } from "sip.js/lib/core/index.js";
import type { RelayedRequest } from "./types.ts";

/** What says how the body is to be taken. */
const RELAYED_FIELDS = ["Info-Package", "Content-Disposition", "Content-Encoding", "MIME-Version"];

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
		headers: RELAYED_FIELDS.flatMap((name) => message.getHeaders(name).map((value) => `${name}: ${value}`)),
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
