import type { BehaviourRule } from "./behaviour.ts";
import type { PhoneProtocol } from "./channel.ts";
import type { DialOptions, PhoneEvent } from "./context.ts";
import type { PhoneCall } from "./phone-call.ts";
import { PhoneCore, type PhoneCounters } from "./phone-core.ts";
import type { PhoneOptions } from "./phone-options.ts";

/**
 * A SIP phone in software, with a SIP stack of its own so that no fault of the server's can hide
 * behind the same fault here. It takes any number of calls at once; the user part of the
 * Request-URI says how it treats each (see `BEHAVIOURS`), and it notes what its peers do wrong.
 *
 * @example
 * const phone = await SimulatedPhone.start({ address: "127.0.0.1", port: 0, protocol: "UDP" });
 * // Something calls phone.uri("late-200ms").
 * const call = await phone.when("answered");
 * call.hangup();
 * await phone.idle();
 * expect(phone.faults).toEqual([]);
 * await phone.stop();
 */
export class SimulatedPhone {
	readonly #core: PhoneCore;
	readonly #options: PhoneOptions;

	private constructor(options: PhoneOptions, core: PhoneCore) {
		this.#options = options;
		this.#core = core;
	}

	/**
	 * Starts a phone.
	 * @throws {Error} of the system, with its `code`, when the address or port is not available.
	 */
	static async start(options: PhoneOptions): Promise<SimulatedPhone> {
		const core = new PhoneCore(options);
		await core.open();
		return new SimulatedPhone(options, core);
	}

	/** The port it listens on, for both protocols. */
	get port(): number {
		return this.#core.port;
	}

	/** Its calls in order, including those that are over; in light mode without them. */
	get calls(): readonly PhoneCall[] {
		return [...this.#core.calls];
	}

	/** Everything that peers did wrong so far, with call and message. */
	get faults(): readonly string[] {
		return this.#core.faults;
	}

	/** Dialogs that are not over, including early ones. */
	get openDialogs(): number {
		let open = 0;
		for (const session of this.#core.sessions.all()) if (session.state !== "ended") open++;
		return open;
	}

	get counters(): Readonly<PhoneCounters> {
		return this.#core.counters;
	}

	/** The SIP URI that reaches this phone. @param protocol TCP adds `;transport=tcp`. */
	uri(user: string, protocol: PhoneProtocol = this.#options.protocol === "TCP" ? "TCP" : "UDP"): string {
		return this.#core.contactUri(user, protocol);
	}

	/** Names a behaviour for future calls; it takes precedence over a common one with that name. */
	defineBehaviour(user: string, rule: BehaviourRule): void {
		this.#core.named.set(user, rule);
	}

	/** Calls an address. */
	call(target: string, options: DialOptions = {}): PhoneCall {
		return this.#core.dial(target, options);
	}

	/** Hangs up every call. */
	hangup(): void {
		for (const call of this.calls) call.hangup();
	}

	/** Reports every step of every call. @returns a function that stops that. */
	listen(listener: (event: PhoneEvent, call: PhoneCall) => void): () => void {
		this.#core.listeners.add(listener);
		return () => this.#core.listeners.delete(listener);
	}

	/**
	 * Waits for the next such event.
	 * @param suits which call; any by default.
	 */
	when(event: PhoneEvent, suits: (call: PhoneCall) => boolean = () => true): Promise<PhoneCall> {
		return new Promise((resolve) => {
			const stop = this.listen((heard, call) => {
				if (heard !== event || !suits(call)) return;
				stop();
				resolve(call);
			});
		});
	}

	/** Resolves when no dialog, subscription or request is open and no ACK is outstanding. */
	idle(): Promise<void> {
		return this.#core.idle();
	}

	/** Closes the sockets and stops all timers. A dialog that is still open becomes a fault. */
	stop(): Promise<void> {
		this.#core.close();
		return Promise.resolve();
	}
}
