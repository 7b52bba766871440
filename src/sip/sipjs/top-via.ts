import type { IncomingRequestMessage, IncomingResponseMessage } from "sip.js/lib/core/index.js";

type Message = IncomingRequestMessage | IncomingResponseMessage;

/** What SIP.js calls the top Via of a message, of which its type says that there is always a port. */
type Via = Omit<Message["via"], "port"> & { port: number | undefined };

/** Gives a message its top Via; like SIP.js's grammar without a port where none is written. */
export function setVia(message: Message, via: Via): void {
	message.via = via as Message["via"];
}
