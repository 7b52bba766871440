/** A body, or part of one, with what its header fields say about it (RFC 2045 section 3). */
export interface Entity {
	/** Media type in lower case without parameters, such as `application/sdp`. */
	readonly type: string;
	/** The `boundary` parameter of the media type. */
	readonly boundary: string | undefined;
	/** Disposition type in lower case, such as `session`; empty if absent. */
	readonly disposition: string;
	/** Whether it must be understood (RFC 3261 section 20.11); undefined if absent. */
	readonly handling: "required" | "optional" | undefined;
	/** Whether it is compressed or otherwise encoded, which we do not decode. */
	readonly encoded: boolean;
	/** Its content, with any transfer encoding removed. */
	readonly content: string;
}

/** Finds a header field by its lower-case name. */
export type HeaderLookup = (name: string) => string | undefined;

/** Combines a body with what its header fields say. */
export function entityOf(header: HeaderLookup, content: string): Entity {
	const type = header("content-type") ?? (/^v=0\s/.test(content) ? "application/sdp" : "text/plain");
	const disposition = header("content-disposition") ?? "";
	const handling = /;\s*handling\s*=\s*"?(required|optional)\b/i.exec(disposition)?.[1]?.toLowerCase();
	const encoding = (header("content-encoding") ?? "identity").trim().toLowerCase();
	return {
		type: essenceOf(type).replaceAll(/\s/g, ""),
		boundary: boundaryOf(type),
		disposition: essenceOf(disposition),
		handling: handling === "required" || handling === "optional" ? handling : undefined,
		encoded: encoding !== "identity",
		content: decode(content, (header("content-transfer-encoding") ?? "").trim().toLowerCase()),
	};
}

/** The text before the parameters, in lower case. */
function essenceOf(value: string): string {
	return (value.split(";", 1)[0] ?? "").trim().toLowerCase();
}

function boundaryOf(type: string): string | undefined {
	const [, quoted, token] = /;\s*boundary\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;]+))/i.exec(type) ?? [];
	return quoted?.replaceAll(/\\(.)/g, "$1") ?? token;
}

/**
 * The parts of a multipart body (RFC 2046 section 5.1): ignores text before the first and after the last
 * boundary, and accepts a missing last boundary and lines that end in LF alone.
 */
export function partsOf({ boundary, content }: Entity): Entity[] {
	if (boundary === undefined) return [];
	const escaped = boundary.replaceAll(/[.*+?^${}()|[\]\\/-]/g, "\\$&");
	const delimiter = new RegExp(`(?:^|\\r?\\n)--${escaped}(--)?[ \\t]*(?=\\r?\\n|$)`, "g");
	const parts: Entity[] = [];
	let start = -1;
	for (const match of content.matchAll(delimiter)) {
		if (start >= 0) parts.push(readPart(content.slice(start, match.index)));
		start = match[1] === undefined ? match.index + match[0].length : content.length;
		if (match[1] !== undefined) return parts;
	}
	if (start >= 0) parts.push(readPart(content.slice(start)));
	return parts;
}

/** @param text from the end of the boundary. */
function readPart(text: string): Entity {
	const [lineEnd = ""] = /^\r?\n/.exec(text) ?? [];
	const part = text.slice(lineEnd.length);
	const head = /^([^\r\n:]+:[^\r\n]*(?:\r?\n[^\r\n]+)*)?\r?\n(?:\r?\n|$)|^\r?\n/.exec(part);
	const fields = new Map<string, string>();
	for (const line of (head?.[0] ?? "").replaceAll(/\r?\n[ \t]+/g, " ").split(/\r?\n/)) {
		const colon = line.indexOf(":");
		if (colon < 0) continue;
		const name = line.slice(0, colon).trim().toLowerCase();
		fields.set(COMPACT.get(name) ?? name, line.slice(colon + 1).trim());
	}
	return entityOf((name) => fields.get(name), part.slice(head?.[0].length ?? 0));
}

/** Compact forms (RFC 3261 section 7.3.3). */
const COMPACT = new Map([
	["c", "content-type"],
	["e", "content-encoding"],
]);

/** Undoes a transfer encoding (RFC 2045 section 6). */
function decode(content: string, encoding: string): string {
	if (encoding === "base64") return Buffer.from(content, "base64").toString();
	if (encoding !== "quoted-printable") return content;
	const bytes = content
		.replaceAll(/=[ \t]*\r?\n/g, "")
		.replaceAll(/=([0-9A-Fa-f]{2})/g, (_escape, hex: string) =>
			String.fromCharCode(Number.parseInt(hex, 16)),
		);
	return Buffer.from(bytes, "latin1").toString();
}
