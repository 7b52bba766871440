import { createHmac } from "node:crypto";

const ENCODED = "whsec_";

/** Signs what is posted, after the Standard Webhooks scheme (standardwebhooks.com, symmetric signatures). */
export class WebhookSigner {
	readonly #key: Buffer;

	/** @param secret `whsec_` and base64, or a text whose UTF-8 bytes are the key. */
	constructor(secret: string) {
		this.#key = secret.startsWith(ENCODED)
			? Buffer.from(secret.slice(ENCODED.length), "base64")
			: Buffer.from(secret);
	}

	/**
	 * The value of Webhook-Signature.
	 *
	 * @param id value of Webhook-Id, without full stops.
	 * @param timestamp value of Webhook-Timestamp: seconds since 1970.
	 */
	sign(id: string, timestamp: number, body: string): string {
		return `v1,${createHmac("sha256", this.#key).update(`${id}.${timestamp}.${body}`).digest("base64")}`;
	}
}
