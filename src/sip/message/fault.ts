/** Why a message cannot be taken, and what a request is answered. */
export interface Fault {
	/** 400 or 505. */
	readonly status: number;
	/** Fit for a reason phrase: nothing of the message is repeated in it. */
	readonly reason: string;
}

/** A fault that is answered 400 (RFC 3261 section 21.4.1). */
export function badRequest(reason: string): Fault {
	return { status: 400, reason };
}
