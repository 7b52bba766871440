import { PROTOCOL_NAMES, type TransportProtocol } from "../sip/transport/protocols.ts";
import type { LogEntry } from "./log-entries.ts";

/** A SIP message in the server's log at level STACK. */
export interface TracedMessage {
	/** ISO 8601, as it stands in the log. */
	readonly at: string;
	readonly protocol: TransportProtocol;
	readonly direction: "sent" | "received";
	/** Address and port of the peer. */
	readonly peer: string;
	readonly startLine: string;
	/** The header lines, unfolded. */
	readonly headers: readonly string[];
	/** Lines with `\n` between them; empty for none. */
	readonly body: string;
	readonly callId: string;
}

/** The first line of such an entry. */
const WAY = /^(\S+) (sent to|received from) (\S+)$/;

/** Compact forms of the header fields that are looked for here (RFC 3261 section 7.3.3). */
const COMPACT: Readonly<Record<string, string>> = { "call-id": "i", via: "v", to: "t", from: "f" };

/** The SIP message of an entry; undefined when it holds none. */
export function readTracedMessage({ at, level, text }: LogEntry): TracedMessage | undefined {
	if (level !== "STACK") return undefined;
	const [way = "", startLine = "", ...lines] = text.split("\n");
	const [, name, verb, peer] = WAY.exec(way) ?? [];
	const protocol = PROTOCOL_NAMES.find((each) => each === name);
	if (protocol === undefined || verb === undefined || peer === undefined) return undefined;
	const blank = lines.indexOf("");
	const head = blank === -1 ? lines : lines.slice(0, blank);
	const message = {
		at,
		protocol,
		direction: verb === "sent to" ? "sent" : "received",
		peer,
		startLine,
		headers: unfold(head),
		body: blank === -1 ? "" : lines.slice(blank + 1).join("\n"),
	} as const;
	return { ...message, callId: fieldOf(message, "Call-ID") ?? "" };
}

/** The first value of a header field; undefined when the message has none. */
export function fieldOf({ headers }: Pick<TracedMessage, "headers">, name: string): string | undefined {
	const wanted = name.toLowerCase();
	for (const line of headers) {
		const colon = line.indexOf(":");
		const found = line.slice(0, colon).trim().toLowerCase();
		if (found === wanted || found === COMPACT[wanted]) return line.slice(colon + 1).trim();
	}
	return undefined;
}

/** The branch of the top Via: one for each transaction (RFC 3261 section 8.1.1.7). */
export function branchOf(message: TracedMessage): string | undefined {
	return /;\s*branch\s*=\s*([^;,\s]+)/i.exec(fieldOf(message, "Via") ?? "")?.[1];
}

/** RFC 3261 section 7.3.1: a line that begins with white space continues the one before. */
function unfold(lines: readonly string[]): string[] {
	const headers: string[] = [];
	for (const line of lines) {
		const last = headers.length - 1;
		if (/^[ \t]/.test(line) && last >= 0) headers[last] = `${headers[last]} ${line.trim()}`;
		else headers.push(line);
	}
	return headers;
}
