import type { HostPort } from "./addresses.ts";

/** The transports of a simulated phone. */
export type PhoneProtocol = "UDP" | "TCP";

/** A way to send to one peer. */
export interface Channel {
	readonly protocol: PhoneProtocol;
	readonly remote: HostPort;
	/** False if datagrams can be lost. */
	readonly reliable: boolean;
	/** True once a connection is lost. */
	readonly closed: boolean;
	/** Sends one whole message; one character per byte. Never throws. */
	send(text: string): void;
}

/** What the sockets tell the phone. */
export interface SocketUser {
	/** One whole message; one character per byte. */
	onMessage(text: string, channel: Channel): void;
	/** A stream could not be cut into messages and was closed. */
	onBroken(reason: string): void;
	/** A connection could not be opened, or was closed. */
	onClosed(channel: Channel): void;
}
