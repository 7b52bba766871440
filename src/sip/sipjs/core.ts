/**
 * The door to SIP.js: what the rest of the program uses of its core (RFC 3261 dialogs, messages, user agents).
 * Nothing else imports SIP.js.
 */
export type {
	Body,
	Contact,
	DialogState,
	IncomingAckRequest,
	IncomingInviteRequest,
	IncomingMessage,
	IncomingRequest,
	Levels,
	Logger,
	SessionDelegate,
	Transport,
	UserAgentCoreConfiguration,
	UserAgentServer,
} from "sip.js/lib/core/index.js";
export {
	Dialog,
	IncomingRequestMessage,
	IncomingResponseMessage,
	InviteClientTransaction,
	LoggerFactory,
	SessionDialog,
	UserAgentCore,
} from "sip.js/lib/core/index.js";
