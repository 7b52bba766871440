/**
 * The life of a registration:
 *
 *     idle ──▶ registering ◀──▶ registered ──▶ leaving ──▶ ended
 *                  ▲ │                            ▲          ▲
 *                  │ ▼                            │          │
 *                 waiting ────────────────────────┼──────────┘
 *                  registering ───────────────────┘
 *
 * - registering: a REGISTER is out, the first one or one that refreshes.
 * - registered: the registrar has a binding; the timer for its refresh runs.
 * - waiting: the last REGISTER has failed; the timer for another try runs.
 * - leaving: the REGISTER that takes the binding away is out.
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

/** Why the last REGISTER came to nothing. */
export interface RegistrationFailure {
	/** By the clock, in milliseconds. */
	readonly at: number;
	readonly status: number;
	readonly reason: string;
	/** Whether nobody has answered: the status is our own then. */
	readonly local: boolean;
}

/** The state of a registration. Times are by its clock, in milliseconds. */
export interface RegistrationReport {
	readonly state: RegistrationState;
	/** Whether the registrar has a binding, as far as is known. */
	readonly bound: boolean;
	/** When the binding expires unless it is refreshed; absent while there is none. */
	readonly until?: number;
	/** When the next REGISTER goes out; absent while one is out, and at the end. */
	readonly next?: number;
	/** Absent when the last REGISTER was accepted, or none was answered yet. */
	readonly failure?: RegistrationFailure;
}
