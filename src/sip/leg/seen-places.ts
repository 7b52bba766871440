import { formatHostPort } from "../../net/host-port.ts";
import { isLoopbackAddress, isPrivateAddress } from "../../net/private-address.ts";
import { ownText } from "../message/own-text.ts";
import { isPlainAddressAt, plainHost } from "../message/plain-forms.ts";
import type { IncomingRequestMessage, IncomingResponseMessage } from "../sipjs/core.ts";
import { FewMap } from "../sipjs/few-map.ts";
import { NameAddrHeader } from "../sipjs/grammar.ts";
import { PROTOCOLS } from "../transport/protocols.ts";
import type { Flow } from "../transport/types.ts";
import type { OutgoingRequest } from "./outgoing-request.ts";

/** More phones than ever answer one INVITE. */
const MAX_PHONES = 16;

/**
 * Where those phones of a leg are whose Contact cannot be reached from here: phones behind a NAT. Their
 * requests go to where their packets came from, as the NAT knows them; the Request-URI stays the Contact, as
 * the phone knows itself. With a route, it is the proxy's task to find the phone.
 */
export class SeenPlaces {
	/** Next hop by the phone's tag. */
	readonly #places = new FewMap<string, string>();

	/**
	 * Notes where a message in a dialog came from.
	 *
	 * @param tag of the phone.
	 * @param flow on which the message came.
	 */
	note(message: IncomingRequestMessage | IncomingResponseMessage, tag: string, flow: Flow): void {
		const isKnown = this.#places.has(tag);
		if (isHidden(message, flow, isKnown) && (isKnown || this.#places.size < MAX_PHONES))
			this.#places.set(ownText(tag), placeOf(flow));
		else if (isKnown) this.#places.delete(tag);
	}

	/** Next hop for the phone with this tag; undefined if its Contact is right. */
	of(tag: string): string | undefined {
		return this.#places.get(tag);
	}

	/** Continues with what another process has seen. */
	restore(tag: string, nextHop: string): void {
		this.#places.set(tag, nextHop);
	}

	/** Where a request goes if not to its Request-URI; undefined if that is right. */
	nextHop({ toTag, route }: OutgoingRequest): string | undefined {
		return toTag === undefined || route.routeSet.length > 0 ? undefined : this.#places.get(toTag);
	}
}

/**
 * Whether the Contact of a message is unreachable.
 *
 * @param otherwise the result for a message without a Contact.
 */
export function isHidden(
	message: IncomingRequestMessage | IncomingResponseMessage,
	flow: Flow,
	otherwise = false,
): boolean {
	const text = message.getHeader("contact");
	if (text === undefined) return otherwise;
	// Nearly every phone is where its packets come from.
	if (isPlainAddressAt(flow.remote.address, text)) return false;
	const host = plainHost(text);
	if (host !== undefined) return leadsNowhere(host, flow);
	const contact: unknown = message.parseHeader("contact");
	return contact instanceof NameAddrHeader ? leadsNowhere(contact.uri.host, flow) : otherwise;
}

/**
 * Whether a Contact is a private address although its packets come from a public one. Two private addresses
 * may belong to one site, and the Contact to a phone behind a proxy that recorded no route.
 */
function leadsNowhere(host: string, { protocol, remote: { address } }: Flow): boolean {
	if (PROTOCOLS[protocol].secure || host === address) return false;
	if (isLoopbackAddress(host)) return !isLoopbackAddress(address);
	return isPrivateAddress(host) && !isPrivateAddress(address);
}

function placeOf({ protocol, remote: { address, port } }: Flow): string {
	return `sip:${formatHostPort(address, port)};transport=${PROTOCOLS[protocol].parameter}`;
}
