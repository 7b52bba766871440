import type { IncomingRequestMessage, IncomingResponseMessage } from "sip.js/lib/core/index.js";

/**
 * Stands in for the tag of a phone that has none (RFC 3261 section 12.1.2): SIP.js's core cannot handle a
 * dialog without one. It is not a valid token, so no phone can have it, and it is never written.
 */
const NO_TAG = "(none)";

/** Gives the sender of a request a tag, if it has none. */
export function tagSender(request: IncomingRequestMessage): void {
	request.fromTag ||= NO_TAG;
}

/** Gives the phone that answers our request a tag, if it has none. */
export function tagAnswerer(response: IncomingResponseMessage): void {
	response.toTag ||= NO_TAG;
}

/** The tag to write; undefined for a phone that has none. */
export function writtenTag(tag: string | undefined): string | undefined {
	return tag === NO_TAG ? undefined : tag;
}
