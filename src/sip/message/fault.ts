/** Why a message is rejected, and how a request is answered. */
export interface Fault {
	/** 400 or 505. */
	readonly status: number;
	/** Safe in a reason phrase: quotes nothing from the message. */
	readonly reason: string;
}

/** A fault answered with 400 (RFC 3261 section 21.4.1). */
export function badRequest(reason: string): Fault {
	return { status: 400, reason };
}
