import { isIPv4, isIPv6 } from "node:net";

/**
 * IPv4 addresses that cannot be reached from outside: private use (RFC 1918), shared by a provider's
 * customers (RFC 6598), and link-local (RFC 3927).
 */
const PRIVATE_IPV4 =
	/^(?:10\.|192\.168\.|169\.254\.|172\.(?:1[6-9]|2\d|3[01])\.|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.)/;

/** The same for IPv6: unique local (RFC 4193) and link-local (RFC 4291 section 2.5.6). */
const PRIVATE_IPV6 = /^f(?:[cd]|e[89ab])/i;

/** Whether a text is an IP address of a private network; brackets are allowed. */
export function isPrivateAddress(text: string): boolean {
	if (PRIVATE_IPV4.test(text)) return isIPv4(text);
	const bare = withoutBrackets(text);
	return PRIVATE_IPV6.test(bare) && isIPv6(bare);
}

/** Whether a text is an IP address of the machine itself; brackets are allowed. */
export function isLoopbackAddress(text: string): boolean {
	return text.startsWith("127.") ? isIPv4(text) : withoutBrackets(text) === "::1";
}

function withoutBrackets(text: string): string {
	return text.startsWith("[") ? text.slice(1, -1) : text;
}
