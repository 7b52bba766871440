import type { Logger } from "../log/logger.ts";
import { RecordError } from "../record.ts";
import type { Clock } from "../time/clock.ts";
import type { SipAccount } from "./auth/digest-session.ts";
import { AgentProfile, ALLOW, legProfile } from "./leg/agent-profile.ts";
import { Leg } from "./leg/leg.ts";
import type { LegNetwork } from "./leg/leg-network.ts";
import type { LegRecord } from "./leg/leg-record.ts";
import type { LegSettings } from "./leg/leg-settings.ts";
import { StreamlessPeers } from "./leg/streamless-peers.ts";
import type { LegOrder, Restoring } from "./leg/types.ts";
import { Registration, type RegistrationOrder } from "./registration/registration.ts";
import type { TimerValues } from "./reliability/types.ts";
import type { UserAgents } from "./user-agents.ts";

/** What the endpoint gives to every leg and registration. */
export interface EndpointOptions {
	readonly userAgent: string;
	/** Session interval to ask phones for (RFC 4028), in seconds; 0 for none. */
	readonly sessionInterval: number;
	/** Credentials for 401 and 407. */
	readonly accounts: readonly SipAccount[];
	/** Requests go where a phone's packets came from when its Contact leads nowhere. */
	readonly fixContact: boolean;
	readonly network: Pick<LegNetwork, "transport" | "resolver" | "transactions">;
	/** Where what it makes is at work. */
	readonly agents: UserAgents;
	readonly clock: Clock;
	readonly timers: TimerValues;
	readonly log: Logger;
}

/** Makes legs and registrations. */
export class Endpoint {
	readonly #options: EndpointOptions;
	readonly #network: LegNetwork;
	/** What the legs and registrations share that are made from now on. */
	#settings: LegSettings;

	constructor(options: EndpointOptions) {
		this.#options = options;
		const { userAgent, sessionInterval, accounts, fixContact, clock, timers, log } = options;
		this.#network = { ...options.network, fixContact, clock, streamless: new StreamlessPeers() };
		const profile = legProfile(userAgent, sessionInterval, log, clock);
		this.#settings = { profile, sessionInterval, accounts, network: this.#network, clock, timers };
	}

	/** Legs that are not over. */
	get legs(): number {
		return this.#options.agents.legs;
	}

	/** Makes a leg; nothing is sent before its `call`. */
	createLeg(order: LegOrder): Leg {
		const { agents, log } = this.#options;
		const leg = Leg.toCall(order, this.#settings, this.#forget);
		agents.addLeg(leg);
		// What joins the messages of a leg with its call, for who reads the log.
		if (order.call !== undefined && log.enabled("DEBUG")) {
			log.child({ call: order.call }).debug(`calls ${order.to.host} with Call-ID ${leg.callId}`);
		}
		return leg;
	}

	/**
	 * Takes a leg up that another process has written down: requests in its dialog find it from now on.
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

	readonly #forget = (leg: Leg): void => this.#options.agents.removeLeg(leg);

	/** See {@link UserAgents.findLeg}. */
	findLeg(replaces: string): Leg | undefined {
		return this.#options.agents.findLeg(replaces);
	}

	/** Gives other credentials to the legs and registrations that are made from now on. */
	setAccounts(accounts: readonly SipAccount[]): void {
		this.#settings = { ...this.#settings, accounts };
	}

	/** Makes a registration; nothing is sent before its `start`. */
	createRegistration(order: RegistrationOrder): Registration {
		const { userAgent, log, clock, agents } = this.#options;
		const registration = new Registration({
			...order,
			...this.#options,
			accounts: this.#settings.accounts,
			profile: new AgentProfile(userAgent, ALLOW, [], log, clock),
			network: this.#network,
		});
		agents.addRegistration(registration);
		return registration;
	}
}
