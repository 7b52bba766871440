import { isIP, isIPv6 } from "node:net";
import { CidrError, parseCidr } from "../net/allow-list.ts";
import { isUriHost, parseSipAddress, type SipUri } from "../translate/sip-uri.ts";
import type { ValueType } from "./value-type.ts";

/** Items of a list are separated by commas, semicolons or spaces; `item` returns the usual form of each. */
function list(item: (text: string) => string | undefined) {
	return {
		placeholder: "LIST",
		parse: (text: string): readonly string[] | undefined => {
			const values: string[] = [];
			for (const part of text.split(/[,;\s]+/)) {
				if (part === "") continue;
				const value = item(part);
				if (value === undefined) return undefined;
				values.push(value);
			}
			return values;
		},
		format: (values: readonly string[]) => values.join(", "),
	};
}

/** The address, without the brackets that it has in a URI. */
function ipAddress(text: string): string | undefined {
	const bare = /^\[(.*)\]$/.exec(text)?.[1];
	if (bare !== undefined) return isIPv6(bare) ? bare : undefined;
	return isIP(text) === 0 ? undefined : text;
}

/** One IPv4 or IPv6 address; empty = all. */
export const ADDRESS_OR_ALL: ValueType<string> = {
	placeholder: "ADDRESS",
	expected: "an IPv4 or IPv6 address of this machine, or nothing for all",
	parse: (text) => (text === "" ? "" : ipAddress(text)),
	format: String,
};

/** The address of this machine outside its NAT; `auto` = as peers report it; empty = its own. */
export const EXTERNAL_ADDRESS: ValueType<string> = {
	placeholder: "ADDRESS",
	expected: "an IPv4 or IPv6 address, auto, or nothing",
	parse: (text) => (text === "" ? "" : text.toLowerCase() === "auto" ? "auto" : outsideAddress(text)),
	format: String,
};

/** One that others can send to. */
function outsideAddress(text: string): string | undefined {
	return text === "0.0.0.0" || text === "::" ? undefined : ipAddress(text);
}

/** Addresses to listen on; empty = all. */
export const IP_ADDRESSES: ValueType<readonly string[]> = {
	...list(ipAddress),
	expected: "IPv4 or IPv6 addresses of this machine, or nothing for all",
};

/** DNS servers, each with a port when it is not 53: `192.0.2.1:5353`, `[2001:db8::1]:5353`. */
export const DNS_SERVERS: ValueType<readonly string[]> = {
	...list(dnsServer),
	expected:
		"IP addresses of DNS servers, each with or without :port ([v6]:port), or nothing for the system's",
};

/** Names of this machine, besides those that it knows itself. */
export const HOST_NAMES: ValueType<readonly string[]> = {
	...list((text) => (isDomainName(text) ? text.toLowerCase() : undefined)),
	expected: "domain names such as clicktocall.example.com, or nothing",
};

function isDomainName(text: string): boolean {
	return isUriHost(text) && !text.startsWith("[");
}

function dnsServer(text: string): string | undefined {
	const whole = ipAddress(text);
	if (whole !== undefined) return whole;
	const [, host = "", digits = ""] = /^(\[.*\]|[^:]*):(\d{1,5})$/.exec(text) ?? [];
	const port = Number(digits);
	return ipAddress(host) === undefined || port < 1 || port > 65535 ? undefined : `${host}:${port}`;
}

function addressRange(text: string): string | undefined {
	try {
		parseCidr(text);
		return text;
	} catch (error) {
		if (error instanceof CidrError) return undefined;
		throw error;
	}
}

/** Ranges of addresses that may connect; empty = everyone. */
export const ADDRESS_RANGES: ValueType<readonly string[]> = {
	...list(addressRange),
	expected: "IP addresses and CIDR ranges such as 192.168.0.0/16, or nothing for everyone",
};

/** Ranges of proxies; empty = none. */
export const PROXY_RANGES: ValueType<readonly string[]> = {
	...list(addressRange),
	expected: "IP addresses and CIDR ranges such as 192.168.0.0/16, or nothing for none",
};

/** The start of a path, without a slash at its end; empty = none. */
export const PATH_PREFIX: ValueType<string> = {
	placeholder: "PATH",
	expected: "a path such as /ctc, of letters, digits and - . _ ~, or nothing",
	parse: (text) => {
		const path = text.replace(/\/$/, "");
		return path === "" || /^(\/[\w~-][\w.~-]*)+$/.test(path) ? path : undefined;
	},
	format: String,
};

/** `sip:` is added when there is no scheme, as the C++ server does. */
function sipUri(text: string): SipUri | undefined {
	for (const candidate of [text, `sip:${text}`]) {
		const result = parseSipAddress(candidate);
		if (result.ok) return result.uri;
	}
	return undefined;
}

/** A URI of a proxy; empty = none. */
export const PROXY_URI_OR_NONE: ValueType<string> = {
	placeholder: "URI",
	expected: "a SIP or SIPS URI such as sip:proxy.example.com, or nothing",
	parse: (text) => (text === "" ? "" : sipUri(text)?.text),
	format: String,
};

/** A URI for a From header; a name-addr is taken for its URI. */
export const FROM_URI: ValueType<string> = {
	placeholder: "URI",
	expected: "a SIP or SIPS URI such as sip:clicktocall@example.com, without headers (?name=value)",
	parse: (text) => {
		const uri = sipUri(text);
		// RFC 3261 section 19.1.1: a From has no headers in its URI.
		return uri?.headers === "" ? uri.text : undefined;
	},
	format: String,
};

/** The lowest and the highest of some ports. */
export interface PortRange {
	readonly first: number;
	readonly last: number;
}

/** Ports in pairs: an even one for RTP, and the next one for its RTCP (RFC 3550 section 11). */
export const PORT_PAIRS: ValueType<PortRange> = {
	placeholder: "FIRST-LAST",
	expected: "two ports such as 10000-10999, from 1024 to 65535, with at least one even port and the next one",
	parse: (text) => {
		const [, one = "", other = ""] = /^(\d{1,5})\s*-\s*(\d{1,5})$/.exec(text) ?? [];
		const [first, last] = [Number(one), Number(other)];
		const hasPair = first + (first % 2) + 1 <= last;
		return first >= 1024 && last <= 65_535 && hasPair ? { first, last } : undefined;
	},
	format: ({ first, last }) => `${first}-${last}`,
};

/** A domain name. */
export const DOMAIN_NAME: ValueType<string> = {
	placeholder: "NAME",
	expected: "a domain name such as sip.example.com",
	parse: (text) => (isDomainName(text) ? text : undefined),
	format: String,
};
