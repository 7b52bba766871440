import type { SipUri } from "./sip-uri.ts";

/** Parameters that must be in both URIs or in neither, and equal. */
const DECISIVE = new Set(["user", "ttl", "method", "maddr", "transport"]);

/**
 * Whether two URIs are equivalent (RFC 3261 section 19.1.4), their headers aside: a request is sent without them.
 * A port or a transport that only one of them names makes a difference, even the default one.
 */
export function isSameUri(one: SipUri, other: SipUri): boolean {
	return (
		one === other ||
		(one.scheme === other.scheme &&
			unescaped(one.user) === unescaped(other.user) &&
			unescaped(one.password) === unescaped(other.password) &&
			one.host.toLowerCase() === other.host.toLowerCase() &&
			one.port === other.port &&
			fits(one, other) &&
			fits(other, one))
	);
}

/** Whether each parameter of one URI agrees with the other URI. */
function fits(one: SipUri, other: SipUri): boolean {
	return one.parameters.every((parameter) => {
		const name = unescaped(parameter.name)?.toLowerCase() ?? "";
		const same = other.parameters.find((theirs) => unescaped(theirs.name)?.toLowerCase() === name);
		if (!same) return !DECISIVE.has(name);
		return unescaped(same.value)?.toLowerCase() === unescaped(parameter.value)?.toLowerCase();
	});
}

/** An escaped character and the character itself are the same. */
function unescaped(text: string | undefined): string | undefined {
	return text?.replace(/(?:%[0-9a-f]{2})+/gi, (escapes) =>
		Buffer.from(escapes.replaceAll("%", ""), "hex").toString("latin1"),
	);
}
