import type { Logger } from "../../log/logger.ts";
import { formatHostPort } from "../../net/host-port.ts";
import { SipCounters } from "../counters.ts";
import type { Flow, HostPort, TransportProtocol, TransportUser } from "./types.ts";

/** Hands what the sockets hear to the layer above; a failure there never reaches a socket. */
export class MessageSink {
	readonly log: Logger;
	/** What the sockets do is counted here. */
	readonly counters: SipCounters;
	readonly #user: TransportUser;
	#open = true;

	constructor(user: TransportUser, log: Logger, counters = new SipCounters()) {
		this.#user = user;
		this.log = log;
		this.counters = counters;
	}

	deliver(bytes: Uint8Array, flow: Flow): void {
		if (!this.#open) return;
		traceMessage(this.log, "received from", flow.protocol, flow.remote, bytes);
		try {
			this.#user.onMessage(bytes, flow);
		} catch (error) {
			this.log.err(`A message from ${flow.protocol} ${flow.remote.address} failed: ${describe(error)}`);
		}
	}

	closed(flow: Flow, undelivered: readonly string[]): void {
		if (!this.#open) return;
		try {
			this.#user.onClosed(flow, undelivered);
		} catch (error) {
			this.log.err(`The end of a connection with ${flow.remote.address} failed: ${describe(error)}`);
		}
	}

	unreachable(flow: Flow): void {
		if (!this.#open) return;
		const { address, port } = flow.remote;
		this.log.debug(
			() => `${flow.protocol} ${formatHostPort(address, port)} cannot be reached, says the network`,
		);
		this.#user.onUnreachable(flow);
	}

	/** Nothing is handed up any more. */
	close(): void {
		this.#open = false;
	}
}

/** Shorter ones are keep-alives. */
const SHORTEST_MESSAGE = 5;

/** Writes a whole message to the log at level STACK. */
export function traceMessage(
	log: Logger,
	direction: "sent to" | "received from",
	protocol: TransportProtocol,
	remote: HostPort,
	message: string | Uint8Array,
): void {
	if (message.length < SHORTEST_MESSAGE) return;
	log.stack(() => {
		const text = typeof message === "string" ? message : decoder.decode(message);
		return `${protocol} ${direction} ${formatHostPort(remote.address, remote.port)}\n${text}`;
	});
}

const decoder = new TextDecoder();

function describe(error: unknown): string {
	return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
