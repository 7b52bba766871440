import { BindError } from "../../../../src/net/bind-error.ts";
import type { TransportProtocol } from "../../../../src/sip/transport/protocols.ts";
import { SipTransport } from "../../../../src/sip/transport/sip-transport.ts";
import type { SipTransportOptions, TlsSettings } from "../../../../src/sip/transport/transport-options.ts";
import type { Flow, TransportUser } from "../../../../src/sip/transport/types.ts";
import { systemClock } from "../../../../src/time/system-clock.ts";
import { FakeClock } from "../../../support/fake-clock.ts";
import { freePorts } from "../../../support/free-port.ts";
import { MemoryLogger } from "../../../support/memory-logger.ts";

/** What a transport told its user, in order, to be waited for. */
export class Listener implements TransportUser {
	readonly heard: { readonly text: string; readonly flow: Flow }[] = [];
	readonly closed: Flow[] = [];
	readonly unreachable: Flow[] = [];
	networkChanges = 0;
	onText: (text: string, flow: Flow) => void = () => {};
	#waiting: (() => void)[] = [];

	onMessage(bytes: Uint8Array, flow: Flow): void {
		const text = Buffer.from(bytes).toString();
		this.heard.push({ text, flow });
		this.#wake();
		this.onText(text, flow);
	}

	onUnreachable(flow: Flow): void {
		this.unreachable.push(flow);
		this.#wake();
	}

	onNetworkChange(): void {
		this.networkChanges += 1;
	}

	onClosed(flow: Flow): void {
		this.closed.push(flow);
		this.#wake();
	}

	/** Resolves when `condition` holds; looks again after each event. */
	async until(condition: () => boolean): Promise<void> {
		while (!condition()) await new Promise<void>((resolve) => this.#waiting.push(resolve));
	}

	/** The message number `index`, from 0. */
	async message(index: number): Promise<{ readonly text: string; readonly flow: Flow }> {
		await this.until(() => this.heard.length > index);
		const found = this.heard[index];
		if (!found) throw new Error("no such message");
		return found;
	}

	#wake(): void {
		const waiting = this.#waiting;
		this.#waiting = [];
		for (const resolve of waiting) resolve();
	}
}

/** A transport on a free port, with what it says. */
export async function openTransport(address: string, options: Partial<SipTransportOptions> = {}) {
	const user = new Listener();
	const log = new MemoryLogger();
	const transport = await SipTransport.listen({
		address,
		port: 0,
		clock: systemClock,
		log,
		...options,
	});
	transport.start(user);
	const portOf = (protocol: TransportProtocol) =>
		transport.listening.find((place) => place.protocol === protocol)?.port ?? 0;
	return { transport, user, log, port: portOf("UDP"), portOf, [Symbol.dispose]: () => transport.close() };
}

/** The same with TLS on a free port; it tries others when somebody else takes that one first. */
export async function openTlsTransport(
	address: string,
	tls: Omit<TlsSettings, "port">,
	options: Partial<SipTransportOptions> = {},
) {
	for (let left = 5; ; left--) {
		const [port = 0] = await freePorts(1);
		try {
			return await openTransport(address, { ...options, tls: { ...tls, port } });
		} catch (error) {
			if (left <= 1 || !(error instanceof BindError)) throw error;
		}
	}
}

/** A clock that says when timers are set. */
export class WatchedClock extends FakeClock {
	#waiting: (() => void)[] = [];

	override after(delay: number, task: () => void): () => void {
		const stop = super.after(delay, task);
		for (const resolve of this.#waiting.splice(0)) resolve();
		return stop;
	}

	/** Resolves when so many timers are set. */
	async untilPending(count: number): Promise<void> {
		while (this.pending < count) await new Promise<void>((resolve) => this.#waiting.push(resolve));
	}
}

/** A message with a body, so that cutting it matters. */
export function message(name: string): string {
	const body = `body of ${name}`;
	return `MESSAGE sip:${name} SIP/2.0\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}
