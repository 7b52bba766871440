import { LimitedLog } from "../log/limited-log.ts";
import type { Logger } from "../log/logger.ts";
import { RecordError } from "../record.ts";
import { Registry } from "../registry.ts";
import type { Clock } from "../time/clock.ts";
import type { SipAccount } from "./auth/digest-session.ts";
import { CAPABILITIES, unsupportedBy } from "./extensions.ts";
import { AgentProfile, ALLOW, legProfile } from "./leg/agent-profile.ts";
import { Leg, type LegSettings } from "./leg/leg.ts";
import type { LegNetwork } from "./leg/leg-network.ts";
import type { LegRecord } from "./leg/leg-record.ts";
import { releaseStrayAnswer } from "./leg/stray-answer.ts";
import { StreamlessPeers } from "./leg/streamless-peers.ts";
import type { LegOrder, Restoring } from "./leg/types.ts";
import { parseReplaces } from "./message/header-values.ts";
import { readMessage } from "./message/reader.ts";
import { type OutgoingSummary, stampVia } from "./message/writer.ts";
import { Registration, type RegistrationOrder } from "./registration/registration.ts";
import type { RequestLoss, TimerValues, TransactionUser } from "./reliability/types.ts";
import type { IncomingRequestMessage, IncomingResponseMessage } from "./sipjs/core.ts";
import { StatelessServer } from "./stateless-server.ts";
import type { SipCounters } from "./transport/counters.ts";
import { type ExternalAddress, hearAddress } from "./transport/external-address.ts";
import type { Flow, TransportUser } from "./transport/types.ts";

/** What the endpoint gives to every leg and what it needs to answer what belongs to none. */
export interface EndpointOptions {
	readonly userAgent: string;
	/** Session interval to ask phones for (RFC 4028), in seconds; 0 for none. */
	readonly sessionInterval: number;
	/** Credentials for 401 and 407. */
	readonly accounts: readonly SipAccount[];
	/** Requests go where a phone's packets came from when its Contact leads nowhere. */
	readonly fixContact: boolean;
	/** Hears what peers call us. */
	readonly external?: ExternalAddress | undefined;
	readonly clock: Clock;
	readonly timers: TimerValues;
	readonly log: Logger;
	/** What comes in is counted here. */
	readonly counters?: SipCounters;
}

/** The transaction layer as the endpoint uses it. */
export interface Transactions {
	receiveRequest(request: IncomingRequestMessage, flow: Flow, octets: number, expected: boolean): boolean;
	receiveResponse(response: IncomingResponseMessage, flow: Flow): void;
	sendRequest(text: string, flow: Flow, lost?: (loss: RequestLoss) => void, summary?: OutgoingSummary): void;
	abandonRequest(branch: string, method: string): void;
	sendResponse(text: string): void;
	sendStateless(text: string, flow: Flow): void;
	flowClosed(flow: Flow, undelivered?: readonly string[]): void;
	flowUnreachable(flow: Flow): void;
}

/**
 * Takes every message in, reads it, finds its leg, and answers what belongs to none. It is the user
 * of the transport below and of the transaction layer.
 */
export class Endpoint implements TransportUser, TransactionUser {
	#options: EndpointOptions;
	readonly #legs = new Registry<Leg>();
	readonly #registrations = new Map<string, Registration>();
	#network: LegNetwork | undefined;
	/** What the legs share that are made from now on. */
	#settings: LegSettings | undefined;
	#transactions: Transactions | undefined;
	readonly #strangers: StatelessServer;
	/** What cannot be read. */
	readonly #rubbish: LimitedLog;

	constructor(options: EndpointOptions) {
		this.#options = options;
		const { userAgent, log, clock } = options;
		this.#rubbish = new LimitedLog(log, clock);
		this.#strangers = new StatelessServer({
			userAgent,
			send: (text, flow) => this.#transactions?.sendStateless(text, flow),
			log,
		});
	}

	/** Joins the layers that need each other; called once, before the first message. */
	attach(network: Pick<LegNetwork, "transport" | "resolver">, transactions: Transactions): void {
		const { userAgent, sessionInterval, accounts, fixContact, clock, timers, log } = this.#options;
		this.#network = { ...network, transactions, fixContact, clock, streamless: new StreamlessPeers() };
		this.#transactions = transactions;
		const profile = legProfile(userAgent, sessionInterval, log, clock);
		this.#settings = { profile, sessionInterval, accounts, network: this.#network, clock, timers };
	}

	/** Legs that are not over. */
	get legs(): number {
		return this.#legs.size;
	}

	/** Makes a leg; nothing is sent before its `call`. */
	createLeg(order: LegOrder): Leg {
		if (!this.#settings) throw new Error("The endpoint has no network yet");
		const leg = Leg.toCall(order, this.#settings, this.#forget);
		this.#legs.set(leg.callId, leg);
		const { log } = this.#options;
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
		if (!this.#settings) throw new Error("The endpoint has no network yet");
		const { callId } = record.dialog;
		if (this.#legs.has(callId)) throw new RecordError(`leg: there is one with Call-ID ${callId}`);
		const leg = Leg.restore(record, how, this.#settings, this.#forget);
		this.#legs.set(callId, leg);
		return leg;
	}

	readonly #forget = (leg: Leg): void => {
		this.#legs.delete(leg.callId);
	};

	/**
	 * The leg whose dialog a Replaces value names (RFC 3891 section 3): its tags are seen from here.
	 *
	 * @returns undefined when it is none of ours, or the value is malformed.
	 */
	findLeg(replaces: string): Leg | undefined {
		const value = parseReplaces(replaces);
		const leg = value && this.#legs.get(value.call_id);
		const tags = value && { localTag: value.replaces_to_tag, remoteTag: value.replaces_from_tag };
		return tags && leg?.isNamedBy(tags) ? leg : undefined;
	}

	/** Gives other credentials to the legs and registrations that are made from now on. */
	setAccounts(accounts: readonly SipAccount[]): void {
		this.#options = { ...this.#options, accounts };
		if (this.#settings) this.#settings = { ...this.#settings, accounts };
	}

	/** Makes a registration; nothing is sent before its `start`. */
	createRegistration(order: RegistrationOrder): Registration {
		if (!this.#network) throw new Error("The endpoint has no network yet");
		for (const [callId, { state }] of this.#registrations) {
			if (state === "ended") this.#registrations.delete(callId);
		}
		const { userAgent, log } = this.#options;
		const registration = new Registration({
			...order,
			...this.#options,
			profile: new AgentProfile(userAgent, ALLOW, [], log, this.#options.clock),
			network: this.#network,
		});
		this.#registrations.set(registration.callId, registration);
		return registration;
	}

	/** Forgets every leg and registration at once; for the end of the process. */
	close(): void {
		for (const leg of this.#legs.values()) leg.drop();
		for (const registration of this.#registrations.values()) registration.close();
	}

	onMessage(bytes: Uint8Array, flow: Flow): void {
		const { counters } = this.#options;
		const read = readMessage(bytes);
		if (read.kind === "broken") {
			if (counters) counters.errors[flow.protocol].message++;
			this.#rubbish.warning(() => `dropped a message from ${flow.remote.address}: ${read.reason}`);
			if (!read.reply) return;
			stampVia(read.reply, flow.remote.address, flow.remote.port);
			this.#strangers.refuse(read.reply, read.reason, bytes.length, flow);
		} else if (read.kind === "response") {
			counters?.messagesReceived.response(read.message.statusCode ?? 0);
			this.#transactions?.receiveResponse(read.message, flow);
		} else {
			const { message } = read;
			counters?.messagesReceived.request(message.method);
			stampVia(message, flow.remote.address, flow.remote.port);
			const isExpected = this.#legOf(message) !== undefined;
			if (isExpected) flow.claim?.();
			if (!this.#transactions?.receiveRequest(message, flow, bytes.length, isExpected))
				this.#strangers.answer(message, bytes.length, flow);
		}
	}

	onClosed(flow: Flow, undelivered?: readonly string[]): void {
		this.#options.log.debug(
			() => `${flow.protocol} connection with ${flow.remote.address}:${flow.remote.port} closed`,
		);
		this.#transactions?.flowClosed(flow, undelivered);
		for (const registration of this.#registrations.values()) registration.flowClosed(flow);
	}

	onUnreachable(flow: Flow): void {
		this.#transactions?.flowUnreachable(flow);
	}

	/**
	 * The machine's addresses or routes have changed: peers have to hear where we are now.
	 * @param addresses that the machine has now.
	 */
	networkChanged(addresses: ReadonlySet<string>): void {
		for (const registration of this.#registrations.values()) registration.networkChanged();
		for (const leg of this.#legs.values()) leg.networkChanged(addresses);
	}

	onResponse(response: IncomingResponseMessage, flow: Flow): void {
		const leg = this.#legs.get(response.callId);
		const registration = leg ? undefined : this.#registrations.get(response.callId);
		if (this.#options.external && (leg || registration)) hearAddress(this.#options.external, response, flow);
		if (leg) return leg.receiveResponse(response, flow);
		if (registration) return registration.receiveResponse(response);
		releaseStrayAnswer(response, flow, (text) => this.#transactions?.sendRequest(text, flow));
	}

	onRequest(request: IncomingRequestMessage, flow: Flow): void {
		const unsupported = unsupportedBy(request);
		const leg = this.#legOf(request);
		leg?.heard(flow);
		if (unsupported.length > 0)
			return leg?.reply(request, 420, { headers: [`Unsupported: ${unsupported.join(", ")}`] });
		// It asks what we can do, and changes nothing in the dialog (RFC 3261 section 11.2).
		if (request.method === "OPTIONS") return leg?.reply(request, 200, { headers: CAPABILITIES });
		leg?.receiveRequest(request, flow);
	}

	/** The leg in whose dialog a request may be, by Call-ID and our tag (RFC 3261 section 12.2.2). */
	#legOf(request: IncomingRequestMessage): Leg | undefined {
		const leg = request.toTag ? this.#legs.get(request.callId) : undefined;
		return leg?.localTag === request.toTag ? leg : undefined;
	}
}
