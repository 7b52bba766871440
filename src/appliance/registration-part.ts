import type { Registration, RegistrationOrder } from "../sip/registration/registration.ts";
import type { RegistrationReport } from "../sip/registration/registration-state.ts";
import type { Clock } from "../time/clock.ts";
import { pause } from "../time/pause.ts";
import type { Part, Reloaded } from "./parts.ts";
import { sameAccounts } from "./sip-part.ts";

/** How long the registrar may take to remove the binding, in milliseconds. */
const UNREGISTER_TIME = 1000;

/** Creates registrations. */
interface Registrations {
	createRegistration(order: RegistrationOrder): Registration;
}

/** Several boxes of which one registers: says when it is this one's turn. */
interface Turns {
	registering(holder: {
		readonly contacts: string;
		begin(stale: readonly string[], changed: () => void): void;
		end(): void;
	}): void;
}

/** Keeps the identity registered while the server runs, or while it is this box's turn. */
export class RegistrationPart implements Part {
	readonly name = "the registration";
	readonly #registrations: Registrations;
	readonly #order: RegistrationOrder;
	readonly #clock: Clock;
	readonly #turns: Turns | undefined;
	#registration: Registration | undefined;
	/** Told when `contacts` has changed. */
	#changed: (() => void) | undefined;
	/** What stays at the registrar after the end, as far as this box has put it there. */
	#left = "";

	/** @param turns of several boxes of which one registers; undefined where this one does in any case. */
	constructor(registrations: Registrations, order: RegistrationOrder, clock: Clock, turns?: Turns) {
		this.#registrations = registrations;
		this.#order = order;
		this.#clock = clock;
		this.#turns = turns;
	}

	/** Whether the registrar has a binding. */
	get bound(): boolean {
		return this.#registration?.bound ?? false;
	}

	/** Whether it should have one and has none. */
	get missing(): boolean {
		return !this.bound && (this.#turns === undefined || this.#registration !== undefined);
	}

	/** Undefined before the start, and while it is another box's turn. */
	get report(): RegistrationReport | undefined {
		return this.#registration?.report;
	}

	/** The Contact URI that the registrar has by this box's doing; empty when it has none. */
	get contacts(): string {
		return this.#registration?.report.contact ?? this.#left;
	}

	start(): void {
		if (this.#turns) this.#turns.registering(this);
		else this.begin([]);
	}

	/**
	 * Registers.
	 *
	 * @param stale Contact URIs of other boxes that are to be removed.
	 * @param changed is told when `contacts` has changed.
	 */
	begin(stale: readonly string[], changed?: () => void): void {
		this.#left = "";
		this.#changed = changed;
		const order = { ...this.#order, stale, ...(changed && { changed }) };
		this.#registration = this.#registrations.createRegistration(order);
		this.#registration.start();
	}

	/** Another box registers from now on: the binding of this one is removed. */
	end(): void {
		void this.#registration?.stop();
		this.#registration = undefined;
	}

	reload(settings: Reloaded, before: Reloaded): void {
		if (!this.#registration || sameAccounts(settings, before)) return;
		// The binding stays: the same Contact will be registered again (RFC 3261 section 10.3).
		this.#registration.close();
		this.begin([], this.#changed);
	}

	async stop(): Promise<void> {
		this.#left = this.contacts;
		const removed = await Promise.race([this.#registration?.stop(), pause(this.#clock, UNREGISTER_TIME)]);
		if (removed === true) this.#left = "";
		this.#registration = undefined;
	}
}
