import type { IncomingRequest, IncomingResponseMessage } from "../sipjs/core.ts";
import type { LegDialog } from "./leg-dialog.ts";
import type { RelayedRequest } from "./types.ts";

/** Header fields that say how to interpret a body. */
const RELAYED_FIELDS = ["Info-Package", "Content-Disposition", "Content-Encoding", "MIME-Version"];

/** The phone's INFOs and MESSAGEs in a dialog, which are for the other phone: each gets one answer. */
export class IncomingRelays {
	readonly #open = new Set<RelayedRequest>();

	/** Turns a request of the phone into one to be passed on. */
	take(method: RelayedRequest["method"], request: IncomingRequest): RelayedRequest {
		const { message } = request;
		const type = message.getHeader("Content-Type");
		const relay: RelayedRequest = {
			method,
			body: message.body && type ? { type, content: message.body } : undefined,
			headers: RELAYED_FIELDS.flatMap((name) => message.getHeaders(name).map((value) => `${name}: ${value}`)),
			reply: (status, reasonPhrase) => {
				if (!this.#open.delete(relay)) return;
				const options = { statusCode: status, ...(reasonPhrase && { reasonPhrase }) };
				if (status < 300) request.accept(options);
				else request.reject(status < 400 ? { statusCode: 500 } : options);
			},
		};
		this.#open.add(relay);
		return relay;
	}

	/** The dialog is over: refuses whatever has no answer (RFC 3261 section 15.1.2). */
	close(): void {
		for (const relay of this.#open) relay.reply(487);
	}
}

/** Sends the other phone's INFO or MESSAGE in a dialog, and returns the answer to it. */
export function relayInto(dialog: LegDialog, { method, body, headers, reply }: RelayedRequest): void {
	const answered = ({ statusCode = 500, reasonPhrase }: IncomingResponseMessage): void =>
		reply(statusCode, reasonPhrase);
	dialog.request(
		method,
		{ onAccepted: answered, onRefused: answered },
		{
			extraHeaders: headers,
			...(body && {
				body: { contentDisposition: "render", contentType: body.type, content: body.content },
			}),
		},
	);
}
