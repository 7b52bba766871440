/** The little of a SIP message that a lean phone needs, read in one pass and without checks. */
export interface SipText {
	/** Method of a request; of a response the one in its CSeq. */
	readonly method: string;
	/** 0 for a request. */
	readonly status: number;
	/** Request-URI; empty for a response. */
	readonly uri: string;
	/** All Via lines, each with its line end. */
	readonly vias: string;
	readonly from: string;
	readonly to: string;
	readonly callId: string;
	readonly cseq: number;
	/** URI of the first Contact; empty when there is none. */
	readonly contact: string;
	/** URI of Refer-To; empty when there is none. */
	readonly referTo: string;
	/** Whether the session description puts its media on hold. */
	readonly inactive: boolean;
}

interface Fields {
	vias: string;
	from: string;
	to: string;
	callId: string;
	cseq: string;
	contact: string;
	referTo: string;
}

/** Names in lower case; long and compact form (RFC 3261 section 7.3.3). */
const FIELD: Readonly<Record<string, keyof Fields>> = {
	via: "vias",
	v: "vias",
	from: "from",
	f: "from",
	to: "to",
	t: "to",
	"call-id": "callId",
	i: "callId",
	cseq: "cseq",
	contact: "contact",
	m: "contact",
	"refer-to": "referTo",
	r: "referTo",
};

/**
 * Reads a message.
 *
 * @param text one whole message, one character a byte; header lines must not be folded.
 * @returns undefined when it is not a message, such as a keep-alive.
 */
export function readSip(text: string): SipText | undefined {
	const firstEnd = text.indexOf("\r\n");
	const headEnd = text.indexOf("\r\n\r\n");
	if (firstEnd <= 0 || headEnd < 0) return undefined;
	const fields: Fields = { vias: "", from: "", to: "", callId: "", cseq: "", contact: "", referTo: "" };
	for (let start = firstEnd + 2; start < headEnd; ) {
		const end = text.indexOf("\r\n", start);
		const colon = text.indexOf(":", start);
		const field = FIELD[text.slice(start, colon).trimEnd().toLowerCase()];
		if (field === "vias") fields.vias += `${text.slice(start, end)}\r\n`;
		else if (field !== undefined && fields[field] === "") fields[field] = text.slice(colon + 1, end).trim();
		start = end + 2;
	}
	const space = fields.cseq.indexOf(" ");
	const status = text.startsWith("SIP/2.0 ") ? Number(text.slice(8, 11)) : 0;
	const line = text.slice(0, firstEnd).split(" ", 2);
	return {
		method: status === 0 ? (line[0] ?? "") : fields.cseq.slice(space + 1).trim(),
		status,
		uri: status === 0 ? (line[1] ?? "") : "",
		vias: fields.vias,
		from: fields.from,
		to: fields.to,
		callId: fields.callId,
		cseq: Number(fields.cseq.slice(0, space)),
		contact: uriIn(fields.contact),
		referTo: uriIn(fields.referTo),
		inactive: text.includes("a=inactive", headEnd),
	};
}

/** Host and port of a SIP URI with an IPv4 address; port 5060 when it names none. */
export function targetOf(uri: string): { readonly host: string; readonly port: number } {
	const at = uri.indexOf("@");
	const start = at < 0 ? uri.indexOf(":") + 1 : at + 1;
	const end = uri.indexOf(";", start);
	const [host = "", port = "5060"] = uri.slice(start, end < 0 ? undefined : end).split(":");
	return { host, port: Number(port) };
}

/** User part of a SIP URI; empty when it has none. */
export function userOf(uri: string): string {
	const at = uri.indexOf("@");
	return at < 0 ? "" : uri.slice(uri.indexOf(":") + 1, at);
}

function uriIn(value: string): string {
	const open = value.indexOf("<");
	return open < 0 ? value : value.slice(open + 1, value.indexOf(">", open));
}
