import { RecordReader } from "../../record.ts";
import { readUri } from "../message/uri.ts";

/**
 * A confirmed dialog (RFC 3261 section 12), for another process. The parties are URIs without their tags; the user
 * part of our Contact is the id of the leg.
 */
export interface DialogRecord {
	readonly version: 1;
	readonly callId: string;
	readonly localTag: string;
	readonly remoteTag: string;
	/** In our requests: From. */
	readonly localUri: string;
	/** Display name in it, as plain text. */
	readonly displayName: string;
	/** In our requests: To. */
	readonly remoteUri: string;
	/** The phone's Contact. */
	readonly remoteTarget: string;
	/** Route values of our requests, in order. */
	readonly routeSet: readonly string[];
	/** Number of our last request. */
	readonly localCSeq: number;
	/** Number of the phone's last request; undefined if it has sent none. */
	readonly remoteCSeq: number | undefined;
	/** Number of the INVITE that created the dialog. */
	readonly inviteCSeq: number;
	/** The phone was called by `sips:`: only TLS may be used (RFC 3261 section 26.2.2). */
	readonly secure: boolean;
	/** Scheme of our Contact. */
	readonly contactScheme: "sip" | "sips";
}

/** The highest CSeq number (RFC 3261 section 8.1.1.5). */
const HIGHEST_CSEQ = 2 ** 31 - 1;

/**
 * Reads a record that was stored as JSON.
 * @throws {RecordError} when it cannot be used.
 */
export function readDialogRecord(value: unknown, place: string): DialogRecord {
	const reader = new RecordReader(value, place);
	const uri = (name: string): string =>
		reader.formed(name, (text) => readUri(text) !== undefined, "a SIP URI");
	return {
		version: reader.version(1),
		callId: reader.line("callId"),
		localTag: reader.line("localTag"),
		remoteTag: reader.line("remoteTag"),
		localUri: uri("localUri"),
		displayName: reader.line("displayName"),
		remoteUri: uri("remoteUri"),
		remoteTarget: uri("remoteTarget"),
		routeSet: reader.lines("routeSet"),
		localCSeq: reader.count("localCSeq", HIGHEST_CSEQ),
		remoteCSeq: reader.optional("remoteCSeq", (name) => reader.count(name)),
		inviteCSeq: reader.count("inviteCSeq", HIGHEST_CSEQ),
		secure: reader.flag("secure"),
		contactScheme: reader.word("contactScheme", ["sip", "sips"]),
	};
}
