import { formatHostPort } from "../../net/host-port.ts";
import type { Flow } from "../transport/types.ts";

/** Stands for protocol and sent-by in a Via until the flow is known; no legal host name. */
export const VIA_PLACEHOLDER = "SIP/2.0/$VIA$";

/** The same in a request whose Request-URI is that of a strict router: it goes there, not to its Route. */
export const STRICT_VIA_PLACEHOLDER = "SIP/2.0/$STRICT$";

/** Stands for host, port and transport in a Contact until the flow is known. */
export const CONTACT_PLACEHOLDER = "$CONTACT$";

/**
 * Stands for the tag of a phone that has none (RFC 3261 section 12.1.2): SIP.js's core knows no dialog
 * without. It is no token, so that no phone can have it, and is never written.
 */
export const NO_TAG = "(none)";

/**
 * Writes the address under which the peer of a flow reaches us into a message (RFC 3261 sections
 * 8.1.1.8 and 18.1.1). Only the first of each is replaced: there is one Via of ours and one Contact.
 */
export function fillPlaceholders(text: string, flow: Flow): string {
	const host = formatHostPort(flow.local.address, flow.local.port);
	const transport = flow.protocol === "UDP" ? "" : `;transport=${flow.protocol.toLowerCase()}`;
	const via = `SIP/2.0/${flow.protocol} ${host}`;
	const mark = text.includes(VIA_PLACEHOLDER) ? VIA_PLACEHOLDER : STRICT_VIA_PLACEHOLDER;
	return replaceOnce(replaceOnce(text, mark, via), CONTACT_PLACEHOLDER, `${host}${transport}`);
}

function replaceOnce(text: string, mark: string, value: string): string {
	const start = text.indexOf(mark);
	return start < 0 ? text : text.slice(0, start) + value + text.slice(start + mark.length);
}
