import type { Body, IncomingRequestMessage, IncomingResponseMessage } from "sip.js/lib/core/index.js";

const SDP = "application/sdp";

/** A session description as SIP.js takes a body. */
export function sdpBody(sdp: string | undefined): Body | undefined {
	return sdp ? { contentDisposition: "session", contentType: SDP, content: sdp } : undefined;
}

/** The session description that a message carries. */
export function sdpOf(message: IncomingRequestMessage | IncomingResponseMessage): string | undefined {
	if (!message.body) return undefined;
	const type = message.getHeader("Content-Type")?.split(";", 1)[0]?.trim().toLowerCase();
	return type === SDP ? message.body : undefined;
}
