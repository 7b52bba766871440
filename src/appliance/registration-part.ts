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

/** Keeps the identity registered while the server runs. */
export class RegistrationPart implements Part {
	readonly name = "the registration";
	readonly #registrations: Registrations;
	readonly #order: RegistrationOrder;
	readonly #clock: Clock;
	#registration: Registration | undefined;

	constructor(registrations: Registrations, order: RegistrationOrder, clock: Clock) {
		this.#registrations = registrations;
		this.#order = order;
		this.#clock = clock;
	}

	/** Whether the registrar has a binding. */
	get bound(): boolean {
		return this.#registration?.bound ?? false;
	}

	/** Undefined before the start. */
	get report(): RegistrationReport | undefined {
		return this.#registration?.report;
	}

	start(): void {
		this.#registration = this.#registrations.createRegistration(this.#order);
		this.#registration.start();
	}

	reload(settings: Reloaded, before: Reloaded): void {
		if (sameAccounts(settings, before)) return;
		// The binding stays: the same Contact will be registered again (RFC 3261 section 10.3).
		this.#registration?.close();
		this.start();
	}

	async stop(): Promise<void> {
		await Promise.race([this.#registration?.stop(), pause(this.#clock, UNREGISTER_TIME)]);
	}
}
