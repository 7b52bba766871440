/** A SIP message in the server's log. */
export interface TracedMessage {
	readonly protocol: string;
	readonly direction: "sent" | "received";
	/** Address and port of the peer. */
	readonly peer: string;
	/** Start line and header fields. */
	readonly head: string;
}

const MESSAGE = /(UDP|TCP|TLS) (sent to|received from) (\S+)\n((?: {4}\S.*\n)+)/g;

/**
 * The SIP messages in what a server has printed at level STACK, in order.
 *
 * @param output all of it: what the server prints comes in batches.
 */
export function readTrace(output: string): TracedMessage[] {
	return [...output.matchAll(MESSAGE)].map(([, protocol = "", direction, peer = "", head = ""]) => ({
		protocol,
		direction: direction === "sent to" ? "sent" : "received",
		peer,
		head: head.replaceAll(/^ {4}/gm, ""),
	}));
}

/**
 * What tells the requests within dialogs apart: method, Call-ID and CSeq. An ACK to a refusal goes from
 * hop to hop (RFC 3261 section 17.1.1.3) and is no such request: it has the branch of its INVITE.
 */
export function requestsInDialogs(messages: readonly TracedMessage[]): string[] {
	const invites = new Set(messages.filter(({ head }) => head.startsWith("INVITE ")).map(branchOf));
	return messages
		.filter(({ head }) => /^[A-Z]+ /.test(head) && /^To:.*;tag=/m.test(head))
		.filter((message) => !message.head.startsWith("ACK ") || !invites.has(branchOf(message)))
		.map(({ head }) => KEYS.map((key) => key.exec(head)?.[0] ?? "").join(" "));
}

const KEYS = [/^[A-Z]+/, /(?<=^Call-ID: ).*$/m, /(?<=^CSeq: )\d+/m];

function branchOf({ head }: TracedMessage): string | undefined {
	return /;branch=([^;\s]+)/.exec(head)?.[1];
}
