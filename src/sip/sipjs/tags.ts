import type { IncomingRequestMessage, IncomingResponseMessage } from "sip.js/lib/core/index.js";

/**
 * Stands for the tag of a phone that has none (RFC 3261 section 12.1.2): SIP.js's core knows no dialog without. It is
 * no token, so that no phone can have it, and is never written.
 */
const NO_TAG = "(none)";

/** Gives the phone that sent a request a tag, unless it has one. */
export function tagSender(request: IncomingRequestMessage): void {
	request.fromTag ||= NO_TAG;
}

/** Gives the phone that answers a request of ours a tag, unless it has one. */
export function tagAnswerer(response: IncomingResponseMessage): void {
	response.toTag ||= NO_TAG;
}

/** The tag as it is written; undefined for that of a phone that has none. */
export function writtenTag(tag: string | undefined): string | undefined {
	return tag === NO_TAG ? undefined : tag;
}
