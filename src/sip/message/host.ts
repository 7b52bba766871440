import { HOST_NAME, isOf, readNumber } from "./chars.ts";

/** The kind of a host, as named by SIP.js's grammar. */
export type HostKind = "domain" | "IPv4" | "IPv6";

/** `host [":" port]` as written. */
export interface HostAndPort {
	/** An IPv6 address keeps its brackets. */
	readonly host: string;
	readonly kind: HostKind;
	/** 0 to 65535; undefined if absent. */
	readonly port: number | undefined;
}

const MAX_PORT = 65535;
const MAX_NAME = 255;

/** Reads `host [":" port]` (RFC 3261 section 25.1); undefined for anything else. */
export function readHostAndPort(text: string): HostAndPort | undefined {
	const bracketed = text.charCodeAt(0) === 0x5b;
	const colon = text.indexOf(":", bracketed ? text.indexOf("]") : 0);
	const host = colon < 0 ? text : text.substring(0, colon);
	const port = colon < 0 ? undefined : readNumber(text, MAX_PORT, colon + 1);
	if (colon >= 0 && port === undefined) return undefined;
	const kind = hostKind(host);
	return kind && { host, kind, port };
}

/** The kind of host: a name, `1.2.3.4` or `[::1]`; undefined if the text is not a host. */
function hostKind(host: string): HostKind | undefined {
	if (host.charCodeAt(0) === 0x5b) return isIPv6Reference(host) ? "IPv6" : undefined;
	if (host.length === 0 || host.length > MAX_NAME) return undefined;
	let labelStart = 0;
	let labelIsNumber = true;
	for (let at = 0; at < host.length; at++) {
		const code = host.charCodeAt(at);
		if (code === 0x2e) {
			if (at === labelStart) return undefined;
			labelStart = at + 1;
			// With a trailing dot, the label before it is the last one.
			if (labelStart < host.length) labelIsNumber = true;
		} else if (!isOf(code, HOST_NAME)) {
			return undefined;
		} else if (code < 0x30 || code > 0x39) {
			labelIsNumber = false;
		}
	}
	// No top-level domain is a number: 300.1.1.1 is a mistyped address, not a name.
	if (!labelIsNumber) return "domain";
	return isIPv4(host) ? "IPv4" : undefined;
}

function isIPv4(text: string): boolean {
	let parts = 0;
	for (let start = 0; start <= text.length; ) {
		const dot = text.indexOf(".", start);
		const end = dot < 0 ? text.length : dot;
		if (end - start > 3 || readNumber(text, 255, start, end) === undefined) return false;
		parts++;
		start = end + 1;
	}
	return parts === 4;
}

/** `[IPv6]`: up to eight groups, one `::`, an IPv4 address as the last two groups (RFC 5954). */
function isIPv6Reference(text: string): boolean {
	if (text.charCodeAt(text.length - 1) !== 0x5d || text.length > 47) return false;
	const halves = text.slice(1, -1).split("::");
	if (halves.length > 2) return false;
	let groups = 0;
	for (const [index, half] of halves.entries()) {
		if (half === "") continue;
		const parts = half.split(":");
		for (const [place, part] of parts.entries()) {
			const last = index === halves.length - 1 && place === parts.length - 1;
			if (/^[0-9a-fA-F]{1,4}$/.test(part)) groups += 1;
			else if (last && isIPv4(part)) groups += 2;
			else return false;
		}
	}
	return halves.length === 2 ? groups < 8 : groups === 8;
}
