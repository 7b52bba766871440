import { randomToken } from "../../random.ts";
import { RecordError } from "../../record.ts";
import { readUri } from "../message/uri.ts";
import type { URI } from "../sipjs/grammar.ts";
import type { CallIds } from "./call-ids.ts";
import type { LegRecord } from "./leg-record.ts";
import type { LegOrder } from "./types.ts";

/** What distinguishes one leg from others, for its whole life. */
export interface LegIdentity {
	/** User part of our Contact. */
	readonly id: string;
	readonly callId: string;
	readonly localTag: string;
	/** The phone's address, as it was called. */
	readonly address: URI;
	/** Display name of the caller, as plain text. */
	readonly displayName: string;
	/** Whether the phone gets an offer in the INVITE. */
	readonly offered: boolean;
	/** Number of our last request; 0 by default. */
	readonly cseq?: number;
	/** Scheme of our Contact, if no INVITE determines it. */
	readonly scheme?: "sip" | "sips";
}

/** The identity of a leg to a phone that is yet to be called. */
export function newIdentity({ to, displayName, offer }: LegOrder, callIds: CallIds): LegIdentity {
	return {
		id: randomToken(8),
		callId: callIds.next(),
		localTag: randomToken(8),
		address: to,
		displayName,
		offered: offer,
	};
}

/**
 * The identity of a leg that another process has recorded.
 *
 * @param jump how many CSeq numbers are skipped.
 * @throws {RecordError} when its address cannot be read.
 */
export function identityOf({ id, address, offered, dialog }: LegRecord, jump: number): LegIdentity {
	const { callId, localTag, displayName, localCSeq, contactScheme } = dialog;
	const uri = readUri(address);
	if (!uri) throw new RecordError("leg.address: a SIP URI was expected");
	return {
		id,
		callId,
		localTag,
		address: uri,
		displayName,
		offered,
		cseq: localCSeq + jump,
		scheme: contactScheme,
	};
}
