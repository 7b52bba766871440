/** Where a message comes from or goes to. */
export interface Peer {
	readonly host: string;
	readonly port: number;
}

/** One dialog; the same phone never has both ends of one. */
export interface Dialog {
	readonly callId: string;
	/** Who was called. */
	readonly user: string;
	/** The From or To value with our tag. */
	readonly local: string;
	remote: string;
	/** Remote target, from the peer's Contact. */
	target: string;
	peer: Peer;
	cseq: number;
	remoteCseq: number;
	/** Last response, for a request that comes again. */
	answer: string;
	/** The dialog of the phone that a REFER called; then this one is over with it. */
	transfer: Dialog | undefined;
	/** The dialog in which the REFER came; its peer hears how this one goes. */
	referrer: Dialog | undefined;
	/** Bodies of NOTIFYs that wait for the one before. */
	notices: string[];
	notifying: boolean;
	acknowledged: boolean;
	/** Whether the final NOTIFY has been answered. */
	told: boolean;
	/** Whether a BYE of either side is on its way. */
	leaving: boolean;
}

/** A dialog in which nothing has happened yet. */
export function newDialog(
	callId: string,
	user: string,
	local: string,
	remote: string,
	target: string,
	peer: Peer,
): Dialog {
	return {
		callId,
		user,
		local,
		remote,
		target,
		peer,
		cseq: 0,
		remoteCseq: 0,
		answer: "",
		transfer: undefined,
		referrer: undefined,
		notices: [],
		notifying: false,
		acknowledged: false,
		told: false,
		leaving: false,
	};
}
