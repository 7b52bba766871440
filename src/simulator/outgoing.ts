import { type HostPort, parameterOf, writeHostPort } from "./addresses.ts";
import { type SipMessage, writeMessage } from "./wire.ts";

/** What a request is built from. */
export interface RequestParts {
	readonly method: string;
	/** Request-URI. */
	readonly uri: string;
	/** Sent-by of the Via. */
	readonly sentBy: HostPort;
	readonly protocol: "UDP" | "TCP";
	readonly branch: string;
	/** From with its tag. */
	readonly from: string;
	/** To, with its tag inside a dialog. */
	readonly to: string;
	readonly callId: string;
	readonly cseq: number;
	/** Route header field values. */
	readonly routes: readonly string[];
	/** Additional header lines, such as `Contact: <…>`. */
	readonly lines?: readonly string[];
	readonly body?: string;
	readonly contentType?: string;
}

/** Writes a request. */
export function writeRequest(parts: RequestParts): string {
	const lines = [
		`${parts.method} ${parts.uri} SIP/2.0`,
		`Via: SIP/2.0/${parts.protocol} ${writeHostPort(parts.sentBy)};branch=${parts.branch};rport`,
		"Max-Forwards: 70",
		...parts.routes.map((route) => `Route: ${route}`),
		`From: ${parts.from}`,
		`To: ${parts.to}`,
		`Call-ID: ${parts.callId}`,
		`CSeq: ${parts.cseq} ${parts.method}`,
		...(parts.lines ?? []),
	];
	if (parts.body !== undefined) lines.push(`Content-Type: ${parts.contentType ?? "application/sdp"}`);
	return writeMessage(lines, parts.body);
}

/**
 * The ACK to a refusal: same branch, Request-URI and route as the INVITE, To of the refusal
 * (RFC 3261 section 17.1.1.3).
 */
export function writeRefusalAck(invite: RequestParts, refusal: SipMessage): string {
	const to = refusal.header("to") ?? invite.to;
	const { body: _body, contentType: _type, lines: _lines, ...kept } = invite;
	return writeRequest({ ...kept, method: "ACK", to });
}

/** What a response says beyond what it copies from the request. */
export interface ResponseParts {
	readonly status: number;
	readonly reason?: string | undefined;
	/** Added to To if that has no tag yet. */
	readonly toTag?: string | undefined;
	readonly lines?: readonly string[] | undefined;
	readonly body?: string | undefined;
}

/**
 * Writes a response (RFC 3261 section 8.2.6): every Via, From, To, Call-ID and CSeq as received, and
 * Record-Route too if the response can create a dialog (section 12.1.1).
 *
 * @param source where the request came from, for `received` and `rport` (RFC 3581 section 4).
 */
export function writeResponse(request: SipMessage, source: HostPort, parts: ResponseParts): string {
	const lines = [`SIP/2.0 ${parts.status} ${parts.reason ?? REASONS[parts.status] ?? "Unknown"}`];
	const makesDialog = request.method === "INVITE" && parts.status > 100 && parts.status < 300;
	let top = true;
	let to = "";
	for (let index = 0; index < request.names.length; index++) {
		const value = request.values[index] ?? "";
		switch (request.names[index]) {
			case "via":
				lines.push(`Via: ${top ? markSource(value, source) : value}`);
				top = false;
				break;
			case "record-route":
				if (makesDialog) lines.push(`Record-Route: ${value}`);
				break;
			case "to":
				to = value;
				break;
			default:
		}
	}
	const tagged = parts.toTag === undefined || parameterOf(to, "tag") !== undefined;
	lines.push(`From: ${request.header("from") ?? ""}`, `To: ${tagged ? to : `${to};tag=${parts.toTag}`}`);
	lines.push(`Call-ID: ${request.header("call-id") ?? ""}`, `CSeq: ${request.header("cseq") ?? ""}`);
	if (parts.lines !== undefined) lines.push(...parts.lines);
	if (parts.body !== undefined) lines.push("Content-Type: application/sdp");
	return writeMessage(lines, parts.body);
}

function markSource(via: string, source: HostPort): string {
	const comma = via.indexOf(",");
	const top = comma < 0 ? via : via.slice(0, comma);
	const rest = comma < 0 ? "" : via.slice(comma);
	const pieces = top.split(";");
	const rport = pieces.indexOf("rport");
	if (rport >= 0) pieces[rport] = `rport=${source.port}`;
	const host = (pieces[0] ?? "").slice((pieces[0] ?? "").indexOf(" ") + 1);
	const same = host.startsWith(source.address) || host.startsWith(`[${source.address}]`);
	if (rport >= 0 || !same) pieces.push(`received=${source.address}`);
	return pieces.join(";") + rest;
}

const REASONS: Readonly<Record<number, string>> = {
	100: "Trying",
	180: "Ringing",
	181: "Call Is Being Forwarded",
	183: "Session Progress",
	200: "OK",
	202: "Accepted",
	301: "Moved Permanently",
	302: "Moved Temporarily",
	400: "Bad Request",
	401: "Unauthorized",
	403: "Forbidden",
	404: "Not Found",
	405: "Method Not Allowed",
	407: "Proxy Authentication Required",
	408: "Request Timeout",
	410: "Gone",
	415: "Unsupported Media Type",
	420: "Bad Extension",
	422: "Session Interval Too Small",
	480: "Temporarily Unavailable",
	481: "Call/Transaction Does Not Exist",
	484: "Address Incomplete",
	486: "Busy Here",
	487: "Request Terminated",
	488: "Not Acceptable Here",
	491: "Request Pending",
	500: "Server Internal Error",
	501: "Not Implemented",
	503: "Service Unavailable",
	504: "Server Time-out",
	600: "Busy Everywhere",
	603: "Decline",
	606: "Not Acceptable",
};

/** The reason phrase that belongs to a status code. */
export function reasonOf(status: number): string {
	return REASONS[status] ?? "Unknown";
}
