import { systemWallClock } from "../../time/wall-clock.ts";

/** How a body is sent: with its length, in chunks, until the connection closes, or not at all. */
export type Framing = { readonly octets: number } | "chunked" | "until-close" | "none";

/** What a response belongs to. */
export interface ResponseFrame {
	readonly framing: Framing;
	/** Whether the connection stays open for more requests. */
	readonly persistent: boolean;
	/** Of the version HTTP/1.x of the request. */
	readonly minor: 0 | 1;
}

/** Fields of one connection, which are ours to say (RFC 9110 section 7.6.1). */
const OF_THE_CONNECTION = new Set(["connection", "keep-alive", "transfer-encoding", "date"]);

/** The words for the statuses that are answered here; they are for people (RFC 9112 section 4). */
const REASONS: Readonly<Record<number, string>> = {
	200: "OK",
	201: "Created",
	202: "Accepted",
	204: "No Content",
	302: "Found",
	303: "See Other",
	308: "Permanent Redirect",
	400: "Bad Request",
	401: "Unauthorized",
	403: "Forbidden",
	404: "Not Found",
	405: "Method Not Allowed",
	408: "Request Timeout",
	409: "Conflict",
	413: "Content Too Large",
	415: "Unsupported Media Type",
	417: "Expectation Failed",
	422: "Unprocessable Content",
	429: "Too Many Requests",
	431: "Request Header Fields Too Large",
	500: "Internal Server Error",
	501: "Not Implemented",
	503: "Service Unavailable",
	505: "HTTP Version Not Supported",
};

/** The head of a response, a character for each byte. */
export function writeHead(status: number, headers: Headers, frame: ResponseFrame): string {
	const { framing, persistent, minor } = frame;
	let text = `HTTP/1.1 ${status} ${REASONS[status] ?? ""}\r\nDate: ${new Date(systemWallClock.now()).toUTCString()}\r\n`;
	for (const [name, value] of headers) {
		if (OF_THE_CONNECTION.has(name) || (framing !== "none" && name === "content-length")) continue;
		text += `${name}: ${value}\r\n`;
	}
	if (typeof framing === "object") text += `Content-Length: ${framing.octets}\r\n`;
	if (framing === "chunked") text += "Transfer-Encoding: chunked\r\n";
	if (!persistent) text += "Connection: close\r\n";
	else if (minor === 0) text += "Connection: keep-alive\r\n";
	return `${text}\r\n`;
}
