import type { Gate } from "../time/gate.ts";
import type { Flow, TransportUser } from "./transport/types.ts";

/** Takes in what arrives on the sockets once a gate is open. */
export class GatedReception implements TransportUser {
	readonly #user: TransportUser;
	readonly #gate: Pick<Gate, "isOpen" | "hold">;

	/** @param user gets everything. */
	constructor(user: TransportUser, gate: Pick<Gate, "isOpen" | "hold">) {
		this.#user = user;
		this.#gate = gate;
	}

	onMessage(bytes: Uint8Array, flow: Flow): void {
		if (this.#gate.isOpen()) return this.#user.onMessage(bytes, flow);
		const kept = bytes.slice();
		this.#gate.hold(() => this.#user.onMessage(kept, flow));
	}

	onClosed(flow: Flow, undelivered?: readonly string[]): void {
		this.#gate.hold(() => this.#user.onClosed(flow, undelivered));
	}

	onUnreachable(flow: Flow): void {
		this.#gate.hold(() => this.#user.onUnreachable(flow));
	}

	onNetworkChange(addresses: ReadonlySet<string>): void {
		this.#gate.hold(() => this.#user.onNetworkChange(addresses));
	}
}
