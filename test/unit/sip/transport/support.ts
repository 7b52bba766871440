import type { Logger, LogLevel, LogMessage } from "../../../../src/log/logger.ts";
import { systemClock } from "../../../../src/sip/reliability/clock.ts";
import { SipTransport, type SipTransportOptions } from "../../../../src/sip/transport/sip-transport.ts";
import type { Flow, TransportUser } from "../../../../src/sip/transport/types.ts";

/** Keeps every line; a log that is asked for its level says that it writes it. */
export class MemoryLog implements Logger {
	readonly lines: { readonly level: LogLevel; readonly text: string }[] = [];

	crit = (message: LogMessage) => this.#add("CRIT", message);
	err = (message: LogMessage) => this.#add("ERR", message);
	warning = (message: LogMessage) => this.#add("WARNING", message);
	info = (message: LogMessage) => this.#add("INFO", message);
	debug = (message: LogMessage) => this.#add("DEBUG", message);
	stack = (message: LogMessage) => this.#add("STACK", message);
	enabled = () => true;
	child = () => this;

	at(level: LogLevel): string[] {
		return this.lines.filter((line) => line.level === level).map(({ text }) => text);
	}

	#add(level: LogLevel, message: LogMessage): void {
		this.lines.push({ level, text: typeof message === "string" ? message : message() });
	}
}

/** What a transport told its user, in order, to be waited for. */
export class Listener implements TransportUser {
	readonly heard: { readonly text: string; readonly flow: Flow }[] = [];
	readonly closed: Flow[] = [];
	onText: (text: string, flow: Flow) => void = () => {};
	#waiting: (() => void)[] = [];

	onMessage(bytes: Uint8Array, flow: Flow): void {
		const text = Buffer.from(bytes).toString();
		this.heard.push({ text, flow });
		this.#wake();
		this.onText(text, flow);
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
	const log = new MemoryLog();
	const transport = await SipTransport.listen({
		address,
		port: 0,
		user,
		clock: systemClock,
		log,
		...options,
	});
	const port = transport.listening[0]?.port ?? 0;
	return { transport, user, log, port, [Symbol.dispose]: () => transport.close() };
}

/** A message with a body, so that cutting it matters. */
export function message(name: string): string {
	const body = `body of ${name}`;
	return `MESSAGE sip:${name} SIP/2.0\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}
