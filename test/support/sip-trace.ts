/** The messages of a server's log, as the tests ask for them. */
import { readLogEntries } from "../../src/trace/log-entries.ts";
import { branchOf, fieldOf, readTracedMessage, type TracedMessage } from "../../src/trace/traced-message.ts";

export type { TracedMessage };

/**
 * The SIP messages in what a server has printed at level STACK, in order.
 *
 * @param output all of it: what the server prints comes in batches.
 */
export function readTrace(output: string): TracedMessage[] {
	return readLogEntries(output).flatMap((entry) => readTracedMessage(entry) ?? []);
}

/**
 * What tells the requests within dialogs apart: method, Call-ID and CSeq. An ACK to a refusal goes from
 * hop to hop (RFC 3261 section 17.1.1.3) and is no such request: it has the branch of its INVITE.
 */
export function requestsInDialogs(messages: readonly TracedMessage[]): string[] {
	const invites = new Set(messages.filter(({ startLine }) => startLine.startsWith("INVITE ")).map(branchOf));
	return messages
		.filter((message) => /^[A-Z]+ /.test(message.startLine) && /;tag=/.test(fieldOf(message, "To") ?? ""))
		.filter((message) => !message.startLine.startsWith("ACK ") || !invites.has(branchOf(message)))
		.map((message) => {
			const [method = ""] = message.startLine.split(" ", 1);
			return `${method} ${message.callId} ${Number.parseInt(fieldOf(message, "CSeq") ?? "", 10)}`;
		});
}
