import type { Clock } from "../../time/clock.ts";
import type { MessageSink } from "./message-sink.ts";
import type { Flow, FlowHolder } from "./types.ts";

/** Keeps the bindings of NATs and firewalls open (RFC 5626 sections 4.4.1 and 5.4). */
const KEEP_ALIVE = "\r\n\r\n";

const DATAGRAM_INTERVAL = 30_000;
const STREAM_INTERVAL = 180_000;

/** Settings of keep-alives. */
export interface KeepAliveOptions {
	/** False: none are sent. */
	readonly enabled: boolean;
	readonly clock: Clock;
	readonly log: MessageSink["log"];
}

interface Held {
	users: number;
	stopTimer: () => void;
}

/** Keep-alives on the flows that dialogs use: every 30 s on datagram flows, every 180 s on streams. */
export class KeepAlives implements FlowHolder {
	readonly #options: KeepAliveOptions;
	readonly #held = new Map<Flow, Held>();

	constructor(options: KeepAliveOptions) {
		this.#options = options;
	}

	/** How many flows get keep-alives. */
	get size(): number {
		return this.#held.size;
	}

	hold(flow: Flow): () => void {
		if (!this.#options.enabled || !flow.open) return () => {};
		let held = this.#held.get(flow);
		if (!held) {
			held = { users: 0, stopTimer: () => {} };
			this.#held.set(flow, held);
			this.#schedule(flow, held);
		}
		held.users++;
		return this.#releaser(flow, held);
	}

	/** Sends one on every flow that is held, however long ago the last one was. */
	sendAll(): void {
		for (const flow of [...this.#held.keys()]) this.#send(flow);
	}

	/** Stops keep-alives on a flow for all its holders: it has closed. */
	drop(flow: Flow): void {
		this.#held.get(flow)?.stopTimer();
		this.#held.delete(flow);
	}

	/** Stops all keep-alives. */
	close(): void {
		for (const { stopTimer } of this.#held.values()) stopTimer();
		this.#held.clear();
	}

	/** A user that releases twice counts once. */
	#releaser(flow: Flow, held: Held): () => void {
		let holding = true;
		return () => {
			if (!holding) return;
			holding = false;
			held.users--;
			if (held.users === 0 && this.#held.get(flow) === held) this.drop(flow);
		};
	}

	#schedule(flow: Flow, held: Held): void {
		const interval = flow.reliable ? STREAM_INTERVAL : DATAGRAM_INTERVAL;
		held.stopTimer = this.#options.clock.after(interval, () => {
			this.#schedule(flow, held);
			this.#send(flow);
		});
	}

	#send(flow: Flow): void {
		try {
			flow.send(KEEP_ALIVE);
		} catch (error) {
			// A stream reports its own end; a datagram may have more luck next time.
			this.#options.log.debug(() => `Keep-alive to ${flow.remote.address} failed: ${String(error)}`);
		}
	}
}
