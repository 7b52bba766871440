import { isAllOf, readNumber, skipBlanks, slice, TOKEN } from "./chars.ts";
import { parseNameAddr } from "./name-addr.ts";
import { blankAfter, type ParameterMap, readParameters, splitList } from "./parameters.ts";
import { parseVia } from "./via.ts";

/** RFC 3261 section 8.1.1.5: a CSeq number is less than 2^31. */
export const MAX_CSEQ = 2 ** 31 - 1;
const MAX_SECONDS = 2 ** 32 - 1;
const MAX_FORWARDS = 255;

/** The value of CSeq. */
export interface CSeqValue {
	/** 0 to 2^31 - 1. */
	readonly value: number;
	readonly method: string;
}

/** Reads CSeq (RFC 3261 section 20.16); undefined when it is invalid or out of range. */
export function parseCSeq(text: string): CSeqValue | undefined {
	const end = blankAfter(text, 0);
	const value = readNumber(text, MAX_CSEQ, 0, end);
	const method = text.substring(skipBlanks(text, end));
	return value === undefined || !isAllOf(method, TOKEN) ? undefined : { value, method };
}

/** Event (RFC 6665 section 8.2.1). */
function parseEvent(text: string): object | undefined {
	const event = readTokenAndParameters(text);
	if (!event) return undefined;
	const value = { event: event.token.toLowerCase() };
	return withParams(value, event.parameters);
}

/** Content-Disposition (RFC 3261 section 20.11). */
function parseDisposition(text: string): object | undefined {
	const disposition = readTokenAndParameters(text);
	return disposition && { type: disposition.token.toLowerCase() };
}

/**
 * Content-Type as text. SIP.js recognises a session description only by the exact text `application/sdp`, so
 * every spelling of it becomes that, without parameters.
 */
function parseContentType(text: string): string | undefined {
	const semicolon = text.indexOf(";");
	const mediaType = slice(text, 0, semicolon < 0 ? text.length : semicolon);
	const slash = mediaType.indexOf("/");
	if (slash < 0) return undefined;
	const type = slice(mediaType, 0, slash);
	const subtype = slice(mediaType, slash + 1, mediaType.length);
	if (!isAllOf(type, TOKEN) || !isAllOf(subtype, TOKEN)) return undefined;
	return type.toLowerCase() === "application" && subtype.toLowerCase() === "sdp" ? "application/sdp" : text;
}

/** Subscription-State (RFC 6665 section 8.2.3); also with `retry_after`, which SIP.js leaves among the params. */
function parseSubscriptionState(text: string): object | undefined {
	const read = readTokenAndParameters(text);
	if (!read) return undefined;
	const value: { state: string; reason?: string; expires?: number; retry_after?: number } = {
		state: read.token,
	};
	const { reason, expires, ...others } = read.parameters;
	if (typeof reason === "string") value.reason = reason;
	const seconds = readSeconds(expires);
	if (seconds !== undefined) value.expires = seconds;
	const retryAfter = readSeconds(others["retry-after"]);
	if (retryAfter !== undefined) value.retry_after = retryAfter;
	return withParams(value, others);
}

/** Session-Expires (RFC 4028 section 4). */
function parseSessionExpires(text: string): object | undefined {
	const read = readTokenAndParameters(text);
	const deltaSeconds = readSeconds(read?.token);
	if (!read || deltaSeconds === undefined) return undefined;
	const refresher = read.parameters.refresher?.toLowerCase();
	return refresher === "uac" || refresher === "uas" ? { refresher, deltaSeconds } : { deltaSeconds };
}

/** Min-SE (RFC 4028 section 5). */
function parseMinSe(text: string): number | undefined {
	return readSeconds(readTokenAndParameters(text)?.token);
}

/** The value of Replaces, named as SIP.js names its parts. */
export interface ReplacesValue {
	readonly call_id: string;
	readonly replaces_to_tag: string;
	readonly replaces_from_tag: string;
	readonly early_only?: true;
}

/** Reads Replaces (RFC 3891 section 6.1); undefined when it is malformed. */
export function parseReplaces(text: string): ReplacesValue | undefined {
	const read = readTokenAndParameters(text, (word) => word !== "");
	const from = read?.parameters["from-tag"];
	const to = read?.parameters["to-tag"];
	if (!read || !from || !to) return undefined;
	const value = { call_id: read.token, replaces_to_tag: to, replaces_from_tag: from };
	return "early-only" in read.parameters ? { ...value, early_only: true } : value;
}

/** Supported and Require: the option tags of one line. */
function parseOptionTags(text: string): string[] {
	return splitList(text).filter((tag) => tag !== "");
}

/** Reads one header value; undefined when it is malformed. */
export type ValueReader = (raw: string) => unknown;

/**
 * Readers of header values by SIP.js's key for the header. Each returns what SIP.js's grammar would. They do not
 * cover authentication challenges.
 */
export const VALUE_READERS: ReadonlyMap<string, ValueReader> = new Map<string, ValueReader>([
	["Via", parseVia],
	["From", parseNameAddr],
	["To", parseNameAddr],
	["Contact", parseNameAddr],
	["Record-Route", parseNameAddr],
	["Route", parseNameAddr],
	["Refer-To", parseNameAddr],
	["Referred-By", parseNameAddr],
	["Call-ID", (raw) => raw],
	["CSeq", parseCSeq],
	["Event", parseEvent],
	["Content-Type", parseContentType],
	["Content-Disposition", parseDisposition],
	["Content-Length", (raw) => readNumber(raw, MAX_SECONDS)],
	["Max-Forwards", (raw) => readNumber(raw, MAX_FORWARDS)],
	["Subscription-State", parseSubscriptionState],
	["Session-Expires", parseSessionExpires],
	["Min-SE", parseMinSe],
	["Replaces", parseReplaces],
	["Supported", parseOptionTags],
	["Require", parseOptionTags],
]);

function readTokenAndParameters(
	text: string,
	isToken: (word: string) => boolean = (word) => isAllOf(word, TOKEN),
): { readonly token: string; readonly parameters: ParameterMap } | undefined {
	const semicolon = text.indexOf(";");
	const end = semicolon < 0 ? text.length : semicolon;
	const token = slice(text, 0, end);
	const parameters = isToken(token) ? readParameters(text, end) : undefined;
	return parameters && { token, parameters };
}

/** A number of seconds, capped at 32 bits (RFC 4475 section 3.1.2.4). */
function readSeconds(text: string | null | undefined): number | undefined {
	if (!text) return undefined;
	const seconds = readNumber(text, Number.MAX_VALUE);
	return seconds === undefined ? undefined : Math.min(seconds, MAX_SECONDS);
}

/** Stores the parameters in `params`, undefined if without a value, as SIP.js's grammar does. */
function withParams(value: object, parameters: ParameterMap): object {
	const names = Object.keys(parameters);
	if (names.length === 0) return value;
	const params = Object.fromEntries(names.map((name) => [name, parameters[name] ?? undefined]));
	return { ...value, params };
}
