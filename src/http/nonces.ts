import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";

export interface NonceOptions {
	/** How long a nonce may be used, in milliseconds. */
	readonly lifetime: number;
	/** Nonces whose counts are kept at a time. */
	readonly capacity: number;
	/** Milliseconds of a clock that never steps. */
	readonly now: () => number;
}

/** The counts that were used with a nonce: the highest, and which of the 32 up to it. */
interface Usage {
	readonly issuedAt: number;
	highest: number;
	/** Bit i is set when `highest - i` was used. */
	seen: number;
}

const TIME_BYTES = 8;
const RANDOM_BYTES = 8;
const MAC_BYTES = 16;
const SIGNED_BYTES = TIME_BYTES + RANDOM_BYTES;
const WINDOW = 32;

/**
 * Nonces of Digest authentication that prove themselves: the time of issue and random bits, signed
 * with a key that lives as long as the process. Nothing is stored for a nonce until its first valid
 * use, so a client without the password cannot fill the memory.
 */
export class Nonces {
	readonly #options: NonceOptions;
	readonly #key = randomBytes(32);
	readonly #used = new Map<string, Usage>();
	/** Nonces that were given to clients that know the password, and not used yet; oldest first. */
	readonly #trusted = new Set<string>();
	/** Nonces issued up to here may have been forgotten, so they count as expired. */
	#forgottenUntil = Number.NEGATIVE_INFINITY;

	constructor(options: NonceOptions) {
		this.#options = options;
	}

	/** Number of nonces whose counts are kept. */
	get kept(): number {
		return this.#used.size;
	}

	/**
	 * Whether only a client that knows the password can have this nonce: it was used with it, or given for another one
	 * that was.
	 */
	isTrusted(nonce: string): boolean {
		return this.#trusted.has(nonce) || this.#used.has(nonce);
	}

	/** A new nonce for a client that has shown that it knows the password. */
	issueTrusted(): string {
		const nonce = this.issue();
		const [oldest] = this.#trusted;
		if (oldest !== undefined && this.#trusted.size >= this.#options.capacity) this.#trusted.delete(oldest);
		this.#trusted.add(nonce);
		return nonce;
	}

	/** A new nonce. */
	issue(): string {
		const signed = Buffer.alloc(SIGNED_BYTES);
		signed.writeBigUInt64BE(BigInt(Math.floor(this.#options.now())));
		randomBytes(RANDOM_BYTES).copy(signed, TIME_BYTES);
		return Buffer.concat([signed, this.#sign(signed)]).toString("base64url");
	}

	/**
	 * Takes a use of a nonce with valid credentials (RFC 7616 section 3.4: each count once). Counts
	 * may come out of order, as browsers send requests in parallel, but no more than 32 apart.
	 *
	 * @returns false when the nonce is not ours or too old, or the count was used before.
	 */
	use(nonce: string, count: number): boolean {
		const issuedAt = this.#issuedAt(nonce);
		if (issuedAt === undefined || this.#expired(issuedAt)) return false;
		const usage = this.#used.get(nonce);
		if (usage) return countOnce(usage, count);
		this.#trusted.delete(nonce);
		this.#makeRoom();
		this.#used.set(nonce, { issuedAt, highest: count, seen: 1 });
		return true;
	}

	#issuedAt(nonce: string): number | undefined {
		const bytes = Buffer.from(nonce, "base64url");
		if (bytes.length !== SIGNED_BYTES + MAC_BYTES || bytes.toString("base64url") !== nonce) return undefined;
		const signed = bytes.subarray(0, SIGNED_BYTES);
		if (!timingSafeEqual(bytes.subarray(SIGNED_BYTES), this.#sign(signed))) return undefined;
		return Number(signed.readBigUInt64BE());
	}

	#sign(signed: Uint8Array): Buffer {
		return createHmac("sha256", this.#key).update(signed).digest().subarray(0, MAC_BYTES);
	}

	#expired(issuedAt: number): boolean {
		return issuedAt <= this.#forgottenUntil || this.#options.now() - issuedAt >= this.#options.lifetime;
	}

	#makeRoom(): void {
		if (this.#used.size < this.#options.capacity) return;
		for (const [nonce, { issuedAt }] of this.#used) if (this.#expired(issuedAt)) this.#used.delete(nonce);
		if (this.#used.size < this.#options.capacity) return;
		for (const [nonce, { issuedAt }] of this.#used) {
			this.#used.delete(nonce);
			this.#forgottenUntil = Math.max(this.#forgottenUntil, issuedAt);
			return;
		}
	}
}

function countOnce(usage: Usage, count: number): boolean {
	const ahead = count - usage.highest;
	if (ahead > 0) {
		usage.seen = ahead < WINDOW ? (usage.seen << ahead) | 1 : 1;
		usage.highest = count;
		return true;
	}
	const bit = 1 << -ahead;
	if (-ahead >= WINDOW || (usage.seen & bit) !== 0) return false;
	usage.seen |= bit;
	return true;
}
