import type { IncomingRequestMessage, IncomingResponseMessage } from "sip.js/lib/core/index.js";
import { NameAddrHeader, type URI } from "sip.js/lib/grammar/index.js";
import { readSlot } from "./header-slots.ts";

/**
 * Makes a request look addressed to us to SIP.js's core. The core compares the Request-URI with our Contact
 * and accepts no `sips:`, but Call-ID and tags alone identify a dialog (RFC 3261 section 12.2.2): session
 * border controllers and proxies rewrite that URI.
 *
 * @param user part of our Contact.
 */
export function directTo({ ruri }: IncomingRequestMessage, user: string): void {
	if (!ruri) return;
	if (ruri.scheme !== "sip") ruri.scheme = "sip";
	if (ruri.user !== user) ruri.user = user;
}

/** Adds the Contact that SIP.js's core insists on, if a message from our reader has none. @param target its value. */
export function supplyContact(message: IncomingRequestMessage | IncomingResponseMessage, target: URI): void {
	if (message.hasHeader("contact")) return;
	const contact = new NameAddrHeader(target, "", {});
	message.headers.Contact = [readSlot(contact.toString(), contact)];
}
