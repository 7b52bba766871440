import { type Entity, entityOf, partsOf } from "../message/multipart.ts";
import type { Body, IncomingRequestMessage, IncomingResponseMessage } from "../sipjs/core.ts";

const SDP = "application/sdp";

/** The body types that we understand in a request that may change the session, as written in Accept. */
export const ACCEPT = `${SDP}, multipart/mixed, multipart/alternative`;

/** How deeply bodies may be nested. */
const MAX_DEPTH = 4;

/** What a body says about the session. */
export interface SessionBody {
	/** The session description; undefined when there is none. */
	readonly sdp: string | undefined;
	/** False if something in it must be understood and is not (RFC 3261 section 8.2.3). */
	readonly understood: boolean;
}

/** What a body contains, and whether anything else in it must be understood, explicitly or by default. */
interface Finding {
	readonly sdp: string | undefined;
	readonly missing: "nothing" | "by default" | "expressly";
}

/** What changes the meaning of a body besides its type. */
const OTHER_FIELDS = ["Content-Disposition", "Content-Encoding", "Content-Transfer-Encoding"];

const NO_BODY: SessionBody = { sdp: undefined, understood: true };
const NOTHING: Finding = { sdp: undefined, missing: "nothing" };

/** A session description in the form that SIP.js expects of a body. */
export function sdpBody(sdp: string | undefined): Body | undefined {
	return sdp ? { contentDisposition: "session", contentType: SDP, content: sdp } : undefined;
}

/** The session description that a message carries. */
export function sdpOf(message: IncomingRequestMessage | IncomingResponseMessage): string | undefined {
	return sessionBodyOf(message).sdp;
}

/**
 * Reads the body of a message: a session description, alone or as one of several parts (RFC 5621). Other
 * parts that do not say otherwise count as optional, since gateways add locations and the like in this way.
 */
export function sessionBodyOf(message: IncomingRequestMessage | IncomingResponseMessage): SessionBody {
	const { body } = message;
	if (!body) return NO_BODY;
	// This is what nearly all bodies are.
	return message.getHeader("Content-Type") === SDP && !hasOtherFields(message)
		? { sdp: body, understood: true }
		: bodyRead(message, body);
}

function hasOtherFields(message: IncomingRequestMessage | IncomingResponseMessage): boolean {
	for (const name of OTHER_FIELDS) if (message.hasHeader(name)) return true;
	return false;
}

function bodyRead(message: IncomingRequestMessage | IncomingResponseMessage, body: string): SessionBody {
	const { sdp, missing } = read(
		entityOf((name) => message.getHeader(name), body),
		0,
	);
	const understood = missing === "nothing" || (missing === "by default" && sdp !== undefined);
	return { sdp, understood };
}

/** The header lines of the 415 for a body that is not understood (RFC 3261 section 21.4.13). */
export function acceptedBodies(message: IncomingRequestMessage): string[] {
	return [
		`Accept: ${ACCEPT}`,
		...(message.hasHeader("Content-Encoding") ? ["Accept-Encoding: identity"] : []),
	];
}

function read(entity: Entity, depth: number): Finding {
	const { type, disposition, encoded, content } = entity;
	// An early-session does not describe the session that is being agreed (RFC 3959).
	if (encoded || disposition === "early-session") return unknown(entity);
	if (type === SDP) return { sdp: content || undefined, missing: "nothing" };
	if (!type.startsWith("multipart/") || depth >= MAX_DEPTH) return unknown(entity);
	const parts = partsOf(entity).map((part) => read(part, depth + 1));
	// RFC 2046 section 5.1.4: the last part that we understand is the best.
	if (type === "multipart/alternative") return parts.findLast(({ sdp }) => sdp) ?? unknown(entity);
	const sdp = parts.find((part) => part.sdp)?.sdp;
	if (sdp === undefined && parts.length === 0) return unknown(entity);
	const missing = (["expressly", "by default"] as const).find((how) =>
		parts.some((part) => part.missing === how),
	);
	return { sdp, missing: entity.handling === "optional" ? "nothing" : (missing ?? "nothing") };
}

function unknown({ handling }: Entity): Finding {
	if (handling === "optional") return NOTHING;
	return { sdp: undefined, missing: handling === "required" ? "expressly" : "by default" };
}
