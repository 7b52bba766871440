import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { randomToken } from "../../random.ts";

const RANDOM_BYTES = 10;
const MAC_DIGITS = 16;
/** How many are made at once: the code for one alone is in no cache any longer, and takes five times as long. */
const STOCK = 16;
const FORM = new RegExp(`^[0-9a-f]{${2 * RANDOM_BYTES + MAC_DIGITS}}$`);

/**
 * Makes our Call-IDs, and tells them from those of others. Each carries a message authentication code, so that an
 * answer to an INVITE is known as ours although nothing of that INVITE is left: the process that sent it may have died.
 */
export class CallIds {
	readonly #key: Uint8Array;
	/** Made ahead. */
	readonly #stock: string[] = [];

	/** @param key secret; the next process recognizes our Call-IDs if it has the same one. */
	constructor(key: Uint8Array = randomBytes(32)) {
		this.#key = key;
	}

	/** A new one, which nobody can guess. */
	next(): string {
		if (this.#stock.length === 0) this.#fill();
		return this.#stock.pop() ?? this.#make();
	}

	#fill(): void {
		for (let count = 0; count < STOCK; count++) this.#stock.push(this.#make());
	}

	#make(): string {
		const id = randomToken(RANDOM_BYTES);
		return id + this.#macOf(id);
	}

	/** Whether a Call-ID was made with our key. */
	made(callId: string): boolean {
		if (!FORM.test(callId)) return false;
		const id = callId.slice(0, 2 * RANDOM_BYTES);
		return timingSafeEqual(Buffer.from(callId.slice(2 * RANDOM_BYTES)), Buffer.from(this.#macOf(id)));
	}

	#macOf(id: string): string {
		return createHmac("sha256", this.#key).update(`Call-ID ${id}`).digest("hex").slice(0, MAC_DIGITS);
	}
}
