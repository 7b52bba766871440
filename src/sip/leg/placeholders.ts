import { formatHostPort } from "../../net/host-port.ts";
import { PROTOCOLS, USUAL_PROTOCOL } from "../transport/protocols.ts";
import type { Flow, HostPort } from "../transport/types.ts";

/** Stands for host, port and transport in the Contact of a response until it is sent. */
export const CONTACT_PLACEHOLDER = "$CONTACT$";

/**
 * Protocol and sent-by of the Via of a request that leaves by a flow: the address under which the peer
 * reaches us (RFC 3261 section 18.1.1).
 */
export function viaOf(flow: Flow): string {
	const host = hostOf(flow);
	if (flow.protocol !== lastProtocol) {
		lastProtocol = flow.protocol;
		lastVia = `${flow.protocol} ${host}`;
	}
	return lastVia;
}

/**
 * Host, port and transport of our Contact in a dialog (RFC 3261 section 8.1.1.8).
 *
 * @param flow on which the peer's requests in the dialog should come.
 */
export function contactOf(flow: Flow): string {
	const { protocol } = flow;
	return protocol === USUAL_PROTOCOL
		? hostOf(flow)
		: `${hostOf(flow)};transport=${PROTOCOLS[protocol].parameter}`;
}

/** Writes our Contact into a response. Only the first placeholder is replaced: we have one Contact. */
export function fillContact(text: string, flow: Flow): string {
	const start = text.indexOf(CONTACT_PLACEHOLDER);
	return start < 0
		? text
		: text.slice(0, start) + contactOf(flow) + text.slice(start + CONTACT_PLACEHOLDER.length);
}

/** The last address written: nearly all flows share one. */
let lastAddress: HostPort = { address: "", port: 0 };
let lastText = "";
/** Of the last Via, which is for that address. */
let lastProtocol: Flow["protocol"] | undefined;
let lastVia = "";

function hostOf({ local }: Flow): string {
	if (local.address !== lastAddress.address || local.port !== lastAddress.port) {
		lastAddress = local;
		lastText = formatHostPort(local.address, local.port);
		lastProtocol = undefined;
	}
	return lastText;
}
