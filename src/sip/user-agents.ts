import { Registry } from "../registry.ts";
import type { ExpiringMap } from "../time/expiring-map.ts";
import { CAPABILITIES, unsupportedBy } from "./extensions.ts";
import type { LateAnswers } from "./late-answers.ts";
import type { Leg } from "./leg/leg.ts";
import { parseReplaces } from "./message/header-values.ts";
import type { TransactionUser } from "./reliability/types.ts";
import type { IncomingRequestMessage, IncomingResponseMessage } from "./sipjs/core.ts";
import { type ExternalAddress, hearAddress } from "./transport/external-address.ts";
import type { Flow } from "./transport/types.ts";

/** A registration, or a trial of one. */
export interface RegisteringAgent {
	readonly callId: string;
	readonly state: string;
	receiveResponse(response: IncomingResponseMessage): void;
	flowClosed(flow: Flow): void;
	networkChanged(): void;
	/** Registers at once. */
	renew(): void;
	close(): void;
}

/** The active legs and registrations, by Call-ID: each gets the messages that belong to it. */
export class UserAgents implements TransactionUser {
	readonly #legs = new Registry<Leg>();
	readonly #registrations = new Map<string, RegisteringAgent>();
	readonly #external: ExternalAddress | undefined;
	/** Undefined where there is only one process. */
	#elsewhere: ExpiringMap<true> | undefined;
	#mayBeElsewhere: (callId: string) => boolean = () => false;
	#lateAnswers: Pick<LateAnswers, "take"> | undefined;

	/** @param external learns how peers see our address. */
	constructor(external?: ExternalAddress) {
		this.#external = external;
	}

	/** Legs in progress. */
	get legs(): number {
		return this.#legs.size;
	}

	/** Whether there is a leg with this Call-ID. */
	hasLeg(callId: string): boolean {
		return this.#legs.has(callId);
	}

	/** The leg with this Call-ID. */
	legWith(callId: string): Leg | undefined {
		return this.#legs.get(callId);
	}

	/** From now on handles responses to INVITEs of which no transaction is left. */
	expectLateAnswers(lateAnswers: Pick<LateAnswers, "take">): void {
		this.#lateAnswers = lateAnswers;
	}

	addLeg(leg: Leg): void {
		this.#legs.set(leg.callId, leg);
	}

	removeLeg({ callId, handedOver }: Pick<Leg, "callId" | "handedOver">): void {
		this.#legs.delete(callId);
		if (handedOver) this.#elsewhere?.set(callId, true);
	}

	/**
	 * @param elsewhere is to hold the Call-IDs of legs that another process goes on with.
	 * @param mayBeElsewhere whether one may have taken over a dialog before this process began.
	 */
	rememberElsewhere(elsewhere: ExpiringMap<true>, mayBeElsewhere: (callId: string) => boolean): void {
		this.#elsewhere = elsewhere;
		this.#mayBeElsewhere = mayBeElsewhere;
	}

	/** Whether another process goes on with the leg of this Call-ID. */
	isElsewhere(callId: string): boolean {
		return this.#elsewhere?.has(callId) === true;
	}

	/** Whether another process may have the dialog of a request that belongs to no leg here. */
	mayBeElsewhere(callId: string): boolean {
		return this.isElsewhere(callId) || this.#mayBeElsewhere(callId);
	}

	/** Adds a registration; those that have ended are removed. */
	addRegistration(registration: RegisteringAgent): void {
		for (const [callId, { state }] of this.#registrations) {
			if (state === "ended") this.#registrations.delete(callId);
		}
		this.#registrations.set(registration.callId, registration);
	}

	/**
	 * The leg whose dialog a Replaces value names (RFC 3891 section 3); the value's tags are as seen from
	 * here.
	 *
	 * @returns undefined if we have no such leg, or the value is malformed.
	 */
	findLeg(replaces: string): Leg | undefined {
		const value = parseReplaces(replaces);
		const leg = value && this.#legs.get(value.call_id);
		const tags = value && { localTag: value.replaces_to_tag, remoteTag: value.replaces_from_tag };
		return tags && leg?.isNamedBy(tags) ? leg : undefined;
	}

	/** Whether a request may be in the dialog of a leg. */
	expects(request: IncomingRequestMessage): boolean {
		return this.#legOf(request) !== undefined;
	}

	onResponse(response: IncomingResponseMessage, flow: Flow): boolean {
		const leg = this.#legs.get(response.callId);
		const registration = leg ? undefined : this.#registrations.get(response.callId);
		if (!leg && !registration) return false;
		if (this.#external) hearAddress(this.#external, response, flow);
		leg?.receiveResponse(response, flow);
		registration?.receiveResponse(response);
		return true;
	}

	onUnmatched(response: IncomingResponseMessage, flow: Flow): boolean {
		return this.#lateAnswers?.take(response, flow) === true;
	}

	onRequest(request: IncomingRequestMessage, flow: Flow): void {
		const unsupported = unsupportedBy(request);
		const leg = this.#legOf(request);
		leg?.heard(flow);
		if (unsupported.length > 0)
			return leg?.reply(request, 420, { headers: [`Unsupported: ${unsupported.join(", ")}`] });
		// It asks for our capabilities, and changes nothing in the dialog (RFC 3261 section 11.2).
		if (request.method === "OPTIONS") return leg?.reply(request, 200, { headers: CAPABILITIES });
		leg?.receiveRequest(request, flow);
	}

	/** A connection has closed: registrations are renewed on another one. */
	flowClosed(flow: Flow): void {
		for (const registration of this.#registrations.values()) registration.flowClosed(flow);
	}

	/** The machine may have slept: bindings may have expired by the registrar's clock. */
	wokeUp(): void {
		for (const registration of this.#registrations.values()) registration.renew();
	}

	/**
	 * The machine's addresses or routes have changed: tell peers where we are now.
	 * @param addresses that the machine has now.
	 */
	networkChanged(addresses: ReadonlySet<string>): void {
		for (const registration of this.#registrations.values()) registration.networkChanged();
		for (const leg of this.#legs.values()) leg.networkChanged(addresses);
	}

	/** Drops them all at once; for the end of the process. */
	close(): void {
		this.#elsewhere = undefined;
		for (const leg of this.#legs.values()) leg.drop();
		for (const registration of this.#registrations.values()) registration.close();
	}

	/** The leg in whose dialog a request may be, by Call-ID and our tag (RFC 3261 section 12.2.2). */
	#legOf(request: IncomingRequestMessage): Leg | undefined {
		const leg = request.toTag ? this.#legs.get(request.callId) : undefined;
		return leg?.localTag === request.toTag ? leg : undefined;
	}
}
