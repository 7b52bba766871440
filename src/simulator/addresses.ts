/** An address and a port; the address without brackets. */
export interface HostPort {
	readonly address: string;
	readonly port: number;
}

/** The parts of a SIP URI that a phone looks at. */
export interface UriParts {
	/** `sip` or `sips`, lower case. */
	readonly scheme: string;
	/** Empty when the URI has no user part. */
	readonly user: string;
	/** Without brackets. */
	readonly host: string;
	/** 0 if the URI names none. */
	readonly port: number;
	/** What follows the port, from the first `;`, without headers. */
	readonly parameters: string;
	/** What follows `?`, still escaped. */
	readonly headers: string;
}

/**
 * Splits a SIP URI into its parts.
 * @returns undefined if the text is not a `sip:` or `sips:` URI.
 */
export function parseUri(uri: string): UriParts | undefined {
	const colon = uri.indexOf(":");
	const scheme = uri.slice(0, colon).toLowerCase();
	if (scheme !== "sip" && scheme !== "sips") return undefined;
	const at = uri.indexOf("@");
	const user = at < 0 ? "" : uri.slice(colon + 1, at);
	let rest = uri.slice((at < 0 ? colon : at) + 1);
	const question = rest.indexOf("?");
	const headers = question < 0 ? "" : rest.slice(question + 1);
	if (question >= 0) rest = rest.slice(0, question);
	const semicolon = rest.indexOf(";");
	const parameters = semicolon < 0 ? "" : rest.slice(semicolon);
	const place = parseHostPort(semicolon < 0 ? rest : rest.slice(0, semicolon));
	if (place === undefined) return undefined;
	return { scheme, user, host: place.address, port: place.port, parameters, headers };
}

/**
 * Parses `host`, `host:port` or `[address]:port`.
 * @returns port 0 if none is given; undefined if the text is not a host.
 */
export function parseHostPort(text: string): HostPort | undefined {
	const bracket = text.startsWith("[") ? text.indexOf("]") : -1;
	const colon = text.indexOf(":", Math.max(0, bracket));
	const address = bracket < 0 ? text.slice(0, colon < 0 ? text.length : colon) : text.slice(1, bracket);
	const port = colon < 0 ? 0 : Number(text.slice(colon + 1));
	if (address === "" || !Number.isInteger(port) || port < 0 || port > 65535) return undefined;
	return { address, port };
}

/** Writes a host and a port as in a URI or a Via: an IPv6 address in brackets. */
export function writeHostPort({ address, port }: HostPort): string {
	return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}

/** The address without the prefix of IPv4-mapped IPv6 that a dual-stack socket reports. */
export function plainAddress(address: string): string {
	return address.startsWith("::ffff:") && address.includes(".") ? address.slice(7) : address;
}

/** Index of the first of `stops` outside quotes and angle brackets, from `start` on; -1 if there is none. */
function findOutside(text: string, stops: string, start: number): number {
	let quoted = false;
	let angle = false;
	for (let index = start; index < text.length; index++) {
		const char = text.charAt(index);
		if (quoted) {
			if (char === "\\") index++;
			else if (char === '"') quoted = false;
		} else if (angle) angle = char !== ">";
		else if (stops.includes(char)) return index;
		else if (char === '"') quoted = true;
		else if (char === "<") angle = true;
	}
	return -1;
}

/** Splits a header field value at its commas (RFC 3261 section 7.3.1). */
export function splitList(value: string): string[] {
	if (!value.includes(",")) return [value.trim()];
	const parts: string[] = [];
	let start = 0;
	for (;;) {
		const comma = findOutside(value, ",", start);
		if (comma < 0) break;
		parts.push(value.slice(start, comma).trim());
		start = comma + 1;
	}
	parts.push(value.slice(start).trim());
	return parts;
}

/** The URI of a name-addr or addr-spec (To, From, Contact, Route, Refer-To). */
export function uriOf(value: string): string {
	const open = findOutsideQuotes(value, "<");
	if (open >= 0) {
		const close = value.indexOf(">", open);
		return value.slice(open + 1, close < 0 ? value.length : close);
	}
	const semicolon = value.indexOf(";");
	return (semicolon < 0 ? value : value.slice(0, semicolon)).trim();
}

function findOutsideQuotes(value: string, wanted: string): number {
	let quoted = false;
	for (let index = 0; index < value.length; index++) {
		const char = value.charAt(index);
		if (quoted && char === "\\") index++;
		else if (char === '"') quoted = !quoted;
		else if (!quoted && char === wanted) return index;
	}
	return -1;
}

/**
 * A parameter of a header field value (not of the URI within it).
 * @returns its value without quotes, empty for a flag, undefined if it is absent.
 */
export function parameterOf(value: string, name: string): string | undefined {
	let start = findOutside(value, ";", 0);
	while (start >= 0) {
		const next = findOutside(value, ";", start + 1);
		const piece = value.slice(start + 1, next < 0 ? value.length : next);
		const equals = piece.indexOf("=");
		const key = (equals < 0 ? piece : piece.slice(0, equals)).trim();
		if (key.length === name.length && key.toLowerCase() === name) {
			const text = equals < 0 ? "" : piece.slice(equals + 1).trim();
			return text.startsWith('"') ? text.slice(1, -1) : text;
		}
		start = next;
	}
	return undefined;
}
