/**
 * The door to SIP.js: what the rest of the program uses of its core (RFC 3261 dialogs, messages, user agents).
 * Nothing else imports SIP.js.
 */
export type {
	Body,
	IncomingAckRequest,
	IncomingInviteRequest,
	IncomingRequest,
	SessionDelegate,
} from "sip.js/lib/core/index.js";
export { IncomingRequestMessage, IncomingResponseMessage } from "sip.js/lib/core/index.js";
