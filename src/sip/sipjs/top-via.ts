import type { IncomingRequestMessage, IncomingResponseMessage } from "sip.js/lib/core/index.js";

type Message = IncomingRequestMessage | IncomingResponseMessage;

/** SIP.js's type for a message's top Via; its declaration says that there is always a port. */
type Via = Omit<Message["via"], "port"> & { port: number | undefined };

/** Sets a message's top Via; like SIP.js's grammar, without a port if none is written. */
export function setVia(message: Message, via: Via): void {
	message.via = via as Message["via"];
}
