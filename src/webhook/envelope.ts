import type { LiveEvent } from "../live/types.ts";
import { VERSION } from "../version.ts";
import { webhookAddress } from "./address.ts";
import type { Posting } from "./post.ts";
import { WebhookSigner } from "./signature.ts";

export interface EnvelopeOptions {
	readonly url: string;
	/** Empty: what is posted is not signed. */
	readonly secret: string;
	/** Tells the events of this run of the server from those of all others; without full stops. */
	readonly run: string;
	/** JSON of an event. */
	readonly body: (event: LiveEvent) => string;
}

/** Makes what is posted of an event: the same each time it is tried, but for the time and so the signature. */
export class Envelope {
	/** Where it goes, fit to be seen. */
	readonly shown: string;
	readonly #options: EnvelopeOptions;
	readonly #url: string;
	readonly #headers: Readonly<Record<string, string>>;
	readonly #signer: WebhookSigner | undefined;

	/** @throws {TypeError} when the URL is invalid. */
	constructor(options: EnvelopeOptions) {
		this.#options = options;
		const { url, authorization, shown } = webhookAddress(options.url);
		this.#url = url;
		this.shown = shown;
		this.#signer = options.secret === "" ? undefined : new WebhookSigner(options.secret);
		this.#headers = {
			"Content-Type": "application/json",
			"User-Agent": `ClickToCall/${VERSION}`,
			...(authorization !== undefined && { Authorization: authorization }),
		};
	}

	/** @param now milliseconds since 1970. */
	posting(event: LiveEvent, now: number, signal: AbortSignal): Posting {
		const id = `evt_${this.#options.run}_${event.number}`;
		const timestamp = Math.trunc(now / 1000);
		const body = this.#options.body(event);
		const signature = this.#signer?.sign(id, timestamp, body);
		return {
			url: this.#url,
			body,
			signal,
			headers: {
				...this.#headers,
				"Webhook-Id": id,
				"Webhook-Timestamp": String(timestamp),
				...(signature !== undefined && { "Webhook-Signature": signature }),
			},
		};
	}
}
