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
 *
 * @param flow that the message leaves by.
 * @param dialogFlow that the peer's requests in the dialog are to come by, where it is another one.
 */
export function fillPlaceholders(text: string, flow: Flow, dialogFlow = flow): string {
	const via = `SIP/2.0/${flow.protocol} ${hostOf(flow)}`;
	const mark = text.includes(VIA_PLACEHOLDER) ? VIA_PLACEHOLDER : STRICT_VIA_PLACEHOLDER;
	const { protocol } = dialogFlow;
	const transport = protocol === "UDP" ? "" : `;transport=${protocol.toLowerCase()}`;
	const contact = `${hostOf(dialogFlow)}${transport}`;
	return replaceOnce(replaceOnce(text, mark, via), CONTACT_PLACEHOLDER, contact);
}

function hostOf({ local }: Flow): string {
	return formatHostPort(local.address, local.port);
}

function replaceOnce(text: string, mark: string, value: string): string {
	const start = text.indexOf(mark);
	return start < 0 ? text : text.slice(0, start) + value + text.slice(start + mark.length);
}
