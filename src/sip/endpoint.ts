import type { Logger } from "../log/logger.ts";
import { RecordError } from "../record.ts";
import type { Clock } from "../time/clock.ts";
import type { SipAccount } from "./auth/digest-session.ts";
import { AgentProfile, ALLOW, legProfile } from "./leg/agent-profile.ts";
import type { CallIds } from "./leg/call-ids.ts";
import { Leg } from "./leg/leg.ts";
import type { LegClosed } from "./leg/leg-core.ts";
import type { LegNetwork } from "./leg/leg-network.ts";
import type { LegRecord } from "./leg/leg-record.ts";
import type { LegSettings } from "./leg/leg-settings.ts";
import { StreamlessPeers } from "./leg/streamless-peers.ts";
import type { LegOrder, Restoring } from "./leg/types.ts";
import {
	Registration,
	type RegistrationOptions,
	type RegistrationOrder,
} from "./registration/registration.ts";
import { RegistrationTrial, type TrialOutcome } from "./registration/trial.ts";
import type { TimerValues } from "./reliability/types.ts";
import type { UserAgents } from "./user-agents.ts";

/** What the endpoint gives to every leg and registration. */
export interface EndpointOptions {
	readonly userAgent: string;
	/** Session interval to ask phones for (RFC 4028), in seconds; 0 for none. */
	readonly sessionInterval: number;
	/** Credentials for 401 and 407. */
	readonly accounts: readonly SipAccount[];
	/** Send requests to where a phone's packets came from when its Contact is unreachable. */
	readonly fixContact: boolean;
	readonly network: Pick<LegNetwork, "transport" | "resolver" | "transactions">;
	/** Makes the Call-IDs of legs. */
	readonly callIds: CallIds;
	/** Holds the legs and registrations that it creates. */
	readonly agents: UserAgents;
	readonly clock: Clock;
	readonly timers: TimerValues;
	readonly log: Logger;
}

/** Creates legs and registrations. */
export class Endpoint {
	readonly #options: EndpointOptions;
	readonly #network: LegNetwork;
	/** Settings of the legs and registrations created from now on. */
	#settings: LegSettings;

	constructor(options: EndpointOptions) {
		this.#options = options;
		const { userAgent, sessionInterval, accounts, fixContact, callIds, clock, timers, log } = options;
		this.#network = { ...options.network, fixContact, clock, streamless: new StreamlessPeers() };
		const profile = legProfile(userAgent, sessionInterval, log, clock);
		this.#settings = { profile, sessionInterval, accounts, callIds, network: this.#network, clock, timers };
	}

	/** Legs that are not over. */
	get legs(): number {
		return this.#options.agents.legs;
	}

	/** Creates a leg; nothing is sent before its `call`. */
	createLeg(order: LegOrder): Leg {
		const { agents, log } = this.#options;
		const leg = Leg.toCall(order, this.#settings, this.#forget);
		agents.addLeg(leg);
		// Links the messages of a leg to its call, for readers of the log.
		if (order.call !== undefined && log.enabled("DEBUG")) {
			log.child({ call: order.call }).debug(`calls ${order.to.host} with Call-ID ${leg.callId}`);
		}
		return leg;
	}

	/**
	 * Restores a leg that another process has recorded: requests in its dialog find it from now on.
	 * @throws {RecordError} when the record cannot be used, or there is a leg with its Call-ID.
	 */
	restoreLeg(record: LegRecord, how: Restoring): Leg {
		const { agents } = this.#options;
		const { callId } = record.dialog;
		if (agents.hasLeg(callId)) throw new RecordError(`leg: there is one with Call-ID ${callId}`);
		const leg = Leg.restore(record, how, this.#settings, this.#forget);
		agents.addLeg(leg);
		return leg;
	}

	readonly #forget: LegClosed = (leg) => this.#options.agents.removeLeg(leg);

	/** See {@link UserAgents.findLeg}. */
	findLeg(replaces: string): Leg | undefined {
		return this.#options.agents.findLeg(replaces);
	}

	/** Gives new credentials to the legs and registrations created from now on. */
	setAccounts(accounts: readonly SipAccount[]): void {
		this.#settings = { ...this.#settings, accounts };
	}

	/** Creates a registration; nothing is sent before its `start`. */
	createRegistration(order: RegistrationOrder): Registration {
		const registration = new Registration(this.#registrationOptions(order, this.#settings.accounts));
		this.#options.agents.addRegistration(registration);
		return registration;
	}

	/** Tries accounts at a registrar, without touching any registration. Never rejects. */
	tryRegistration(order: RegistrationOrder, accounts: readonly SipAccount[]): Promise<TrialOutcome> {
		const trial = new RegistrationTrial(this.#registrationOptions(order, accounts));
		this.#options.agents.addRegistration(trial);
		return trial.run();
	}

	#registrationOptions(order: RegistrationOrder, accounts: readonly SipAccount[]): RegistrationOptions {
		const { userAgent, log, clock } = this.#options;
		return {
			...order,
			...this.#options,
			accounts,
			profile: new AgentProfile(userAgent, ALLOW, [], log, clock),
			network: this.#network,
		};
	}
}
