import { formatHostPort } from "../../net/host-port.ts";
import type { Flow } from "../transport/types.ts";

/** Stands for protocol and sent-by in a Via until the flow is known; no legal host name. */
export const VIA_PLACEHOLDER = "SIP/2.0/$VIA$";

/** The same in a request whose Request-URI is that of a strict router: it goes there, not to its Route. */
export const STRICT_VIA_PLACEHOLDER = "SIP/2.0/$STRICT$";

/** Stands for host, port and transport in a Contact until the flow is known. */
export const CONTACT_PLACEHOLDER = "$CONTACT$";

const ANY_VIA_PLACEHOLDER = /SIP\/2\.0\/\$(?:VIA|STRICT)\$/;

/**
 * Writes the address under which the peer of a flow reaches us into a message (RFC 3261 sections
 * 8.1.1.8 and 18.1.1). Only the first of each is replaced: there is one Via of ours and one Contact.
 */
export function fillPlaceholders(text: string, flow: Flow): string {
	const host = formatHostPort(flow.local.address, flow.local.port);
	const transport = flow.protocol === "UDP" ? "" : `;transport=${flow.protocol.toLowerCase()}`;
	return text
		.replace(ANY_VIA_PLACEHOLDER, () => `SIP/2.0/${flow.protocol} ${host}`)
		.replace(CONTACT_PLACEHOLDER, () => `${host}${transport}`);
}
