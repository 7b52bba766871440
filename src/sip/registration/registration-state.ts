/**
 * The life of a registration:
 *
 *     idle ──▶ registering ◀──▶ registered ──▶ leaving ──▶ ended
 *                  ▲ │                            ▲          ▲
 *                  │ ▼                            │          │
 *                 waiting ────────────────────────┼──────────┘
 *                  registering ───────────────────┘
 *
 * - registering: a REGISTER is pending, either the first or a refresh.
 * - registered: the registrar has a binding; the refresh timer runs.
 * - waiting: the last REGISTER failed; the retry timer runs.
 * - leaving: the REGISTER that removes the binding is pending.
 */
export type RegistrationState = "idle" | "registering" | "registered" | "waiting" | "leaving" | "ended";

/** Which state may follow which. */
export const TRANSITIONS: Readonly<Record<RegistrationState, readonly RegistrationState[]>> = {
	idle: ["registering", "ended"],
	registering: ["registered", "waiting", "leaving", "ended"],
	registered: ["registering", "leaving", "ended"],
	waiting: ["registering", "ended"],
	leaving: ["ended"],
	ended: [],
};

/** Why the last REGISTER failed. */
export interface RegistrationFailure {
	/** By the clock, in milliseconds. */
	readonly at: number;
	readonly status: number;
	readonly reason: string;
	/** Whether no answer came; the status is then our own. */
	readonly local: boolean;
}

/** The state of a registration. Times are by its clock, in milliseconds. */
export interface RegistrationReport {
	readonly state: RegistrationState;
	/** Whether the registrar has a binding, as far as we know. */
	readonly bound: boolean;
	/** The Contact URI that the registrar has; absent without a binding, and until those of others are removed. */
	readonly contact?: string;
	/** When the binding expires unless refreshed; absent without a binding. */
	readonly until?: number;
	/** When the next REGISTER is sent; absent while one is pending, and at the end. */
	readonly next?: number;
	/** Absent if the last REGISTER was accepted or none has been answered yet. */
	readonly failure?: RegistrationFailure;
}
