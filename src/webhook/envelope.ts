import { VERSION } from "../version.ts";
import { webhookAddress } from "./address.ts";
import type { Notice } from "./notice.ts";
import type { Posting } from "./post.ts";
import { WebhookSigner } from "./signature.ts";

export interface EnvelopeOptions {
	readonly url: string;
	/** Empty: what is posted is not signed. */
	readonly secret: string;
}

/** Makes what is posted of an event: the same each time it is tried, but for the time and so the signature. */
export class Envelope {
	/** Where it goes, fit to be seen. */
	readonly shown: string;
	readonly #url: string;
	readonly #headers: Readonly<Record<string, string>>;
	readonly #signer: WebhookSigner | undefined;

	/** @throws {TypeError} when the URL is invalid. */
	constructor(options: EnvelopeOptions) {
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
	posting({ id, body }: Notice, now: number, signal: AbortSignal): Posting {
		const timestamp = Math.trunc(now / 1000);
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
