import { LimitedLog } from "../../log/limited-log.ts";
import type { Logger } from "../../log/logger.ts";
import { formatHostPort } from "../../net/host-port.ts";
import type { Clock } from "../../time/clock.ts";
import { SipCounters } from "./counters.ts";
import type { TransportProtocol } from "./protocols.ts";
import { type Flow, type HostPort, TransportError, type TransportUser } from "./types.ts";

type SinkUser = Omit<TransportUser, "onNetworkChange">;

/** Passes what arrives on the sockets to the layer above; a failure there never reaches a socket. */
export class MessageSink {
	readonly log: Logger;
	/** Counts what the sockets do. */
	readonly counters: SipCounters;
	readonly #user: SinkUser;
	/** Faults that peers can cause as often as they like. */
	readonly #faults: LimitedLog;
	#open = true;

	constructor(user: SinkUser, log: Logger, clock: Clock, counters = new SipCounters()) {
		this.#faults = new LimitedLog(log, clock);
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
			this.#report(`A message from ${flow.protocol} ${flow.remote.address} failed`, error);
		}
	}

	closed(flow: Flow, undelivered: readonly string[]): void {
		if (!this.#open) return;
		try {
			this.#user.onClosed(flow, undelivered);
		} catch (error) {
			this.#report(`The end of a connection with ${flow.remote.address} failed`, error);
		}
	}

	unreachable(flow: Flow): void {
		if (!this.#open) return;
		const { address, port } = flow.remote;
		this.log.debug(
			() => `${flow.protocol} ${formatHostPort(address, port)} cannot be reached, according to the network`,
		);
		this.#user.onUnreachable(flow);
	}

	/** A peer that is gone before its answer is not a fault of the program; anything else is. */
	#report(what: string, error: unknown): void {
		if (error instanceof TransportError) this.#faults.warning(() => `${what}: ${error.message}`);
		else this.#faults.err(() => `${what}: ${describe(error)}`);
	}

	/** Passes nothing up from now on. */
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
	if (message.length < SHORTEST_MESSAGE || !log.enabled("STACK")) return;
	const text = typeof message === "string" ? message : decoder.decode(message);
	log.stack(`${protocol} ${direction} ${formatHostPort(remote.address, remote.port)}\n${text}`);
}

const decoder = new TextDecoder();

function describe(error: unknown): string {
	return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
