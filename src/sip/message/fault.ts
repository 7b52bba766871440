/** Why a message is rejected, and how a request is answered. */
export interface Fault {
	/** 400 or 505. */
	readonly status: number;
	/** Fit for a reason phrase: repeats nothing of the message. */
	readonly reason: string;
}

/** A fault that is answered 400 (RFC 3261 section 21.4.1). */
export function badRequest(reason: string): Fault {
	return { status: 400, reason };
}
