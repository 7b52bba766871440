import { errorCode } from "../../error-code.ts";
import type { LimitedLog } from "../../log/limited-log.ts";
import { formatHostPort } from "../../net/host-port.ts";
import type { Clock } from "../../time/clock.ts";
import { DeliveryWatch } from "./delivery-watch.ts";
import type { ExternalAddress } from "./external-address.ts";
import { type MessageSink, traceMessage } from "./message-sink.ts";
import type { MessageTurns } from "./message-turns.ts";
import { PROTOCOLS, type TransportProtocol } from "./protocols.ts";
import { type PausableSocket, StreamReader } from "./stream-reader.ts";
import type { TcpState } from "./tcp-state.ts";
import { type Flow, type HostPort, TransportError } from "./types.ts";

/** What a slow-reading peer may leave unread before its connection is closed. */
const MAX_PENDING_BYTES = 1 << 20;

/** A peer that connects must send a whole message within this time. */
const FIRST_MESSAGE_TIMEOUT = 32_000;

/**
 * The error with which the system closes a connection whose peer does not answer its keep-alives (tcp(7)).
 */
const SILENT_DEATH = "ETIMEDOUT";

const NOTHING: readonly string[] = [];

/** Lost if the socket takes only half of it: the peer asks again. */
const KEEP_ALIVE_ANSWER = "\r\n";

/** The part of a socket that a connection needs. */
export interface StreamSocket extends PausableSocket {
	/** @returns how many bytes were taken; -1 when the socket is closed. */
	write(data: string | Uint8Array): number;
	/** Closes once everything accepted has been sent. */
	end(): void;
	/** Closes at once. */
	terminate(): void;
}

/** Settings and parts of a connection. */
export interface StreamConnectionOptions {
	readonly protocol: TransportProtocol;
	readonly socket: StreamSocket;
	readonly remote: HostPort;
	/** Our address on the connection, with our listening port. */
	readonly local: HostPort;
	/** How peers beyond a NAT see our address. */
	readonly external?: ExternalAddress | undefined;
	/** For a TLS connection that we opened: the domain that the peer's certificate is for. */
	readonly domain?: string | undefined;
	/** The address of this machine that it comes from, or was opened to. */
	readonly source: string;
	/** True when the peer opened it. */
	readonly accepted: boolean;
	/** Milliseconds without a byte in either direction after which it is closed. */
	readonly idleTimeout: number;
	readonly clock: Clock;
	readonly sink: MessageSink;
	/** Decides when its messages are read. */
	readonly turns: MessageTurns;
	readonly faults: LimitedLog;
	/** What the system knows about the path to the peer; undefined if unknown. */
	readonly state?: () => TcpState | undefined;
	/**
	 * Runs once, when it has closed.
	 * @param undelivered messages without a transaction, which must go another way.
	 */
	readonly onGone: (connection: StreamConnection, undelivered: readonly string[]) => void;
}

/** One TCP or TLS connection: framing in, whole messages out, closed when idle or broken. */
export class StreamConnection implements Flow {
	readonly reliable: boolean;
	readonly protocol: TransportProtocol;
	readonly remote: HostPort;
	readonly domain: string | undefined;
	readonly #options: StreamConnectionOptions;
	readonly #reader: StreamReader;
	readonly #delivery: DeliveryWatch;
	#open = true;
	#claimed = false;
	#pending: Uint8Array[] = [];
	#pendingBytes = 0;
	#lastUse: number;
	#lastHeard: number;
	#heard: boolean;
	#stopTimer: () => void;

	constructor(options: StreamConnectionOptions) {
		this.#options = options;
		this.protocol = options.protocol;
		this.reliable = PROTOCOLS[options.protocol].reliable;
		this.remote = options.remote;
		this.domain = options.domain;
		this.#heard = !options.accepted;
		this.#reader = new StreamReader({
			socket: options.socket,
			source: this,
			turns: options.turns,
			user: { onMessage: (bytes) => this.#deliver(bytes), onKeepAlive: () => this.#answerKeepAlive() },
			onBroken: (reason) => this.#breakOff(reason),
		});
		this.#delivery = new DeliveryWatch({
			clock: options.clock,
			state: () => options.state?.(),
			onDead: () => this.#abandon("what is sent to it does not arrive"),
		});
		this.#lastUse = options.clock.now();
		this.#lastHeard = this.#lastUse;
		this.#stopTimer = options.clock.after(this.#allowedSilence(), () => this.#checkUse());
	}

	get local(): HostPort {
		const { local, external } = this.#options;
		return external?.of(this, local) ?? local;
	}

	get open(): boolean {
		return this.#open;
	}

	get claimed(): boolean {
		return this.#claimed;
	}

	claim(): void {
		this.#claimed = true;
	}

	send(message: string | Uint8Array): void {
		if (!this.#open) throw this.#unsendable("the connection is closed");
		traceMessage(this.#options.sink.log, "sent to", this.protocol, this.remote, message);
		this.#lastUse = this.#options.clock.now();
		this.#write(message);
		this.#delivery.sent(message, this.#lastUse);
		this.#options.sink.counters.sent(message);
	}

	unanswered(since: number): void {
		if (this.#lastHeard <= since) this.#abandon("it does not answer");
	}

	/** The socket has received bytes. */
	receive(bytes: Uint8Array): void {
		if (!this.#open) return;
		this.#lastUse = this.#options.clock.now();
		this.#lastHeard = this.#lastUse;
		this.#reader.push(bytes);
	}

	/** The socket accepts bytes again. */
	drained(): void {
		while (this.#open) {
			const next = this.#pending[0];
			if (!next) return;
			const taken = this.#options.socket.write(next);
			if (taken < 0) {
				this.#gone(false);
				return;
			}
			if (taken > 0) this.#lastUse = this.#options.clock.now();
			this.#pendingBytes -= taken;
			if (taken < next.length) {
				this.#pending[0] = next.subarray(taken);
				return;
			}
			this.#pending.shift();
		}
	}

	/** Closes it from our side; data waiting to be sent is lost. */
	close(): void {
		if (!this.#open) return;
		if (this.#pendingBytes > 0) this.#options.socket.terminate();
		else this.#options.socket.end();
		this.#gone(false);
	}

	/**
	 * The socket has closed, from either side.
	 * @param error the system's, if any.
	 */
	closed(error?: unknown): void {
		if (!this.#open) return;
		this.#open = false;
		// A peer may have answered or ended calls before it closed.
		this.#reader.finish();
		this.#end(errorCode(error) === SILENT_DEATH);
	}

	/** The address of this machine that it comes from, or was opened to. */
	get source(): string {
		return this.#options.source;
	}

	/** The local address is gone, and with it every path for what is sent and received. */
	strand(): void {
		this.#abandon("its local address is gone");
	}

	/** It died silently: there is nobody left to close it with. */
	#abandon(reason: string): void {
		if (!this.#open) return;
		this.#options.faults.warning(() => `${this.#peer()} closed: ${reason}`);
		this.#options.socket.terminate();
		this.#gone(true);
	}

	#gone(silently: boolean): void {
		if (!this.#open) return;
		this.#open = false;
		this.#end(silently);
	}

	#end(silently: boolean): void {
		this.#stopTimer();
		this.#reader.stop();
		this.#delivery.stop();
		this.#pending = [];
		this.#pendingBytes = 0;
		this.#options.onGone(this, silently ? this.#delivery.undelivered : NOTHING);
	}

	#breakOff(reason: string): void {
		if (!this.#open) return;
		this.#options.sink.counters.errors[this.protocol].message++;
		this.#options.faults.warning(() => `${this.#peer()} closed: ${reason}`);
		this.close();
	}

	#deliver(bytes: Uint8Array): void {
		this.#heard = true;
		this.#options.sink.deliver(bytes, this);
	}

	/** RFC 5626 section 4.4.1. A peer that does not read gets no answers. */
	#answerKeepAlive(): void {
		if (!this.#open || this.#pendingBytes > 0) return;
		if (this.#options.socket.write(KEEP_ALIVE_ANSWER) < 0) this.#gone(false);
	}

	#write(message: string | Uint8Array): void {
		if (this.#pendingBytes > 0) {
			this.#keep(typeof message === "string" ? Buffer.from(message) : message, 0);
			return;
		}
		const taken = this.#options.socket.write(message);
		if (taken < 0) {
			this.#gone(false);
			throw this.#unsendable("the connection is closed");
		}
		if (typeof message !== "string") this.#keep(message, taken);
		else if (taken < Buffer.byteLength(message)) this.#keep(Buffer.from(message), taken);
	}

	/** Keeps what the socket did not take; a message is either kept whole or ends the connection. */
	#keep(bytes: Uint8Array, taken: number): void {
		if (taken >= bytes.length) return;
		const rest = bytes.subarray(taken);
		if (this.#pendingBytes + rest.length > MAX_PENDING_BYTES) {
			this.#options.faults.warning(() => `${this.#peer()} closed: it does not read what is sent to it`);
			this.close();
			throw this.#unsendable("it does not read what is sent to it");
		}
		this.#pending.push(rest);
		this.#pendingBytes += rest.length;
	}

	#allowedSilence(): number {
		const { idleTimeout } = this.#options;
		return this.#heard ? idleTimeout : Math.min(idleTimeout, FIRST_MESSAGE_TIMEOUT);
	}

	/** One timer per connection, however many messages pass: it runs on if there were some. */
	#checkUse(): void {
		const { clock, sink } = this.#options;
		const left = this.#heard
			? this.#lastUse + this.#options.idleTimeout - clock.now()
			: Number.NEGATIVE_INFINITY;
		if (left > 0) {
			this.#stopTimer = clock.after(left, () => this.#checkUse());
			return;
		}
		sink.log.debug(() => `${this.#peer()} closed: idle`);
		this.close();
	}

	#unsendable(reason: string): TransportError {
		this.#options.sink.counters.errors[this.protocol].send++;
		return new TransportError(`Cannot send to ${this.#peer()}: ${reason}`);
	}

	#peer(): string {
		return `${this.protocol} ${formatHostPort(this.remote.address, this.remote.port)}`;
	}
}
