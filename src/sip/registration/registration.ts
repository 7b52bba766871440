import type { Logger } from "../../log/logger.ts";
import { randomToken } from "../../random.ts";
import type { Clock } from "../../time/clock.ts";
import type { SipAccount } from "../auth/digest-session.ts";
import type { AgentProfile } from "../leg/agent-profile.ts";
import { ClientRequest, type RequestListener } from "../leg/client-request.ts";
import type { LegNetwork } from "../leg/leg-network.ts";
import { LegTransport, type LegTransportUser } from "../leg/leg-transport.ts";
import { hasMoved, ownPlace } from "../leg/own-address.ts";
import type { Requester } from "../leg/pending-request.ts";
import { contactOf } from "../leg/placeholders.ts";
import { refusalOf } from "../leg/refusal.ts";
import { LegUserAgent } from "../leg/user-agent.ts";
import { parseUri, userTextOf } from "../message/uri.ts";
import type { IncomingResponseMessage } from "../sipjs/core.ts";
import type { URI } from "../sipjs/grammar.ts";
import type { Flow } from "../transport/types.ts";
import { backOff } from "./back-off.ts";
import { grantedExpiry, isSentBy } from "./binding.ts";
import {
	type RegistrationFailure,
	type RegistrationReport,
	type RegistrationState,
	TRANSITIONS,
} from "./registration-state.ts";

/** Expiry we ask for, in seconds. A registrar that lost our binding, e.g. by restarting, has it again after at most
 * this time. */
const EXPIRY = 600;

/** The longest expiry a registrar may insist on, in seconds. */
const LONGEST_EXPIRY = 86_400;

/** Delay before registering again after the connection closed, in milliseconds. */
const RECONNECT = 1000;

/** The same if the connection was new: some registrars close every connection. */
const RECONNECT_APART = 30_000;

/** What to register, and where. */
export interface RegistrationOrder {
	/** The address of record. */
	readonly identity: URI;
	/** Preloaded Route values: the outbound proxy. */
	readonly routeSet: readonly string[];
	/** Contact URIs that others of this service have left behind at the registrar: they are to be removed. */
	readonly stale?: readonly string[];
	/** Called when the registrar has another Contact of ours than before, as the report tells it. */
	readonly changed?: () => void;
}

/** What a registration needs besides its request. */
export interface RegistrationOptions extends RegistrationOrder {
	readonly accounts: readonly SipAccount[];
	readonly profile: AgentProfile;
	readonly network: LegNetwork;
	readonly clock: Clock;
	readonly log: Logger;
}

/** Keeps one address of record registered at its domain (RFC 3261 section 10). */
export class Registration implements LegTransportUser {
	readonly callId = randomToken(16);
	readonly #options: RegistrationOptions;
	readonly #contactUser: string;
	readonly #transport: LegTransport;
	readonly #userAgent: LegUserAgent;
	#state: RegistrationState = "idle";
	#expiry = EXPIRY;
	#failures = 0;
	#bound = false;
	/** The last REGISTER was sent because our address had changed. */
	#moved = false;
	/** By the clock, in milliseconds. */
	#registeredAt = 0;
	#expiresAt = 0;
	#nextAt: number | undefined;
	#failure: RegistrationFailure | undefined;
	/** Our address in the Contact the registrar has. */
	#boundAddress: string | undefined;
	/** The whole Contact URI that it has. */
	#boundContact = "";
	#toldContact: string | undefined;
	/** Bindings of others that are to be removed. */
	#stale: readonly string[];
	/** Whether the REGISTER that is pending removes them. */
	#isClearing = false;
	/** The network changed while a REGISTER was pending. */
	#unsettled = false;
	#stopTimer: (() => void) | undefined;
	readonly #left = Promise.withResolvers<void>();
	/** Whether the registrar has said that nothing is left of our binding. */
	#removed = false;

	constructor(options: RegistrationOptions) {
		this.#options = options;
		this.#stale = options.stale ?? [];
		const { identity, accounts, profile, network } = options;
		this.#contactUser = userTextOf(identity) ?? randomToken(8);
		this.#transport = new LegTransport(network, this);
		this.#userAgent = new LegUserAgent({
			profile,
			contactUser: this.#contactUser,
			localTag: randomToken(8),
			accounts,
			displayName: "",
			transport: this.#transport,
		});
	}

	get state(): RegistrationState {
		return this.#state;
	}

	/** Whether the registrar has a binding, as far as we know; stays true during a refresh. */
	get bound(): boolean {
		return this.#bound && (this.#state === "registered" || this.#state === "registering");
	}

	/** The state, for people. */
	get report(): RegistrationReport {
		const { bound } = this;
		return {
			state: this.#state,
			bound,
			...(bound && { until: this.#expiresAt }),
			...(bound && !this.#isClearing && { contact: this.#boundContact }),
			...(this.#nextAt !== undefined && { next: this.#nextAt }),
			...(this.#failure && { failure: this.#failure }),
		};
	}

	/** Registers and keeps the registration alive. Calling it again has no effect. */
	start(): void {
		if (this.#state === "idle") this.#register();
	}

	/**
	 * Removes the binding.
	 *
	 * @returns once the registrar has answered, or at once without a binding: whether nothing is left of it.
	 */
	async stop(): Promise<boolean> {
		const hasBinding = this.#state === "registered" || this.#state === "registering";
		if (hasBinding) {
			this.#enter("leaving");
			const onAccepted = (): void => {
				this.#removed = true;
				this.close();
			};
			this.#send(0, { onAccepted, onRefused: () => this.close() });
		} else if (this.#state !== "leaving") {
			this.close();
		}
		await this.#left.promise;
		return this.#removed;
	}

	/** Ends at once and lets the binding expire. */
	close(): void {
		if (this.#state === "ended") return;
		this.#enter("ended");
		this.#transport.release();
		this.#left.resolve();
		this.#userAgent.dispose();
	}

	/** Handles a response to one of its requests. */
	receiveResponse(response: IncomingResponseMessage): void {
		const requester = this.#transport.receive(response);
		if (requester && requester !== "taken") this.answered(requester, response);
	}

	answered(requester: Requester, response: IncomingResponseMessage): void {
		this.#guard(() => requester.receive(response));
	}

	failed(requester: Requester, status: number): void {
		this.#guard(() => requester.fail(status));
	}

	#guard(step: () => void): void {
		try {
			step();
		} catch (error) {
			this.#options.log.warning(() => `Register: ${error instanceof Error ? error.message : error}`);
		}
	}

	/** A connection closed: the registrar may no longer reach us without it (RFC 5626 section 4.5). */
	flowClosed(flow: Flow): void {
		if (this.#state !== "registered" || this.#transport.flow !== flow) return;
		this.#bound = false;
		const sinceLast = this.#options.clock.now() - this.#registeredAt;
		this.#wait(Math.max(RECONNECT, RECONNECT_APART - sinceLast));
	}

	/** The machine's addresses or routes have changed: the registrar must learn a new address at once. */
	networkChanged(): void {
		const isLost = this.#state === "registered" && hasMoved(this.#transport.flow, this.#boundAddress, true);
		if (isLost || (this.#state === "waiting" && this.#failure?.local === true)) this.#register();
		else if (this.#state === "registering") this.#unsettled = true;
	}

	/** Registers at once: more time may have passed than the clock shows. */
	renew(): void {
		if (this.#state === "registered" || this.#state === "waiting") this.#register();
		else if (this.#state === "registering") this.#unsettled = true;
	}

	#register(): void {
		this.#unsettled = false;
		this.#enter("registering");
		this.#send(this.#expiry, {
			onAccepted: (response) => this.#registered(response),
			onRefused: (response) => this.#failed(response),
		});
	}

	#send(expiry: number, listener: RequestListener): void {
		const { identity, routeSet } = this.#options;
		const removed = this.#isClearing && expiry > 0 ? this.#stale : [];
		const message = this.#userAgent.compose("REGISTER", {
			target: registrarOf(identity),
			routeSet,
			from: identity,
			to: identity,
			callId: this.callId,
			cseq: this.#userAgent.nextCSeq(),
			extraHeaders: [`Expires: ${expiry}`, ...removed.map((uri) => `Contact: <${uri}>;expires=0`)],
		});
		new ClientRequest(this.#userAgent, message, listener).send();
	}

	#registered(message: IncomingResponseMessage): void {
		if (this.#state !== "registering") return;
		const { identity, clock, log } = this.#options;
		const local = ownPlace(this.#transport.flow);
		const expiry = Math.max(1, grantedExpiry(message, this.#contactUser, local, this.#expiry));
		this.#enter("registered");
		this.#bound = true;
		this.#boundAddress = local?.address;
		this.#boundContact = this.#ownContact();
		if (this.#isClearing) this.#stale = [];
		this.#transport.hold();
		this.#registeredAt = clock.now();
		this.#expiresAt = this.#registeredAt + expiry * 1000;
		this.#failure = undefined;
		const again = this.#failures > 0 ? " again" : "";
		this.#failures = 0;
		log.info(() => `Register: ${identity.toString()} is registered${again} for ${expiry} s`);
		// Behind a NAT, the answer may have told us our public address, which is what others need.
		const isElsewhere = local !== undefined && !isSentBy(message, local);
		const isToMove = isElsewhere && !this.#moved;
		this.#moved = isToMove;
		// Early enough for a lost REGISTER to be sent again.
		const refresh = (expiry - Math.min(60, expiry / 5)) * 1000;
		const isToClear = this.#clear();
		this.#registerIn(this.#unsettled || isToMove || isToClear ? 0 : refresh);
		this.#tell();
	}

	#tell(): void {
		const { contact } = this.report;
		if (contact === undefined || contact === this.#toldContact) return;
		this.#toldContact = contact;
		this.#options.changed?.();
	}

	/**
	 * Whether the next REGISTER removes the bindings of others. It names our own as well (RFC 3261 section 10.2.1), so that
	 * a registrar that keeps few of them for a user takes ours in the place of the others. The first REGISTER does not do
	 * it: only then is it known how the registrar reaches us, and one that is our own must stay.
	 */
	#clear(): boolean {
		const own = this.#ownContact();
		this.#stale = this.#isClearing ? [] : this.#stale.filter((uri) => uri !== own);
		this.#isClearing = this.#stale.length > 0;
		return this.#isClearing;
	}

	#ownContact(): string {
		const { flow } = this.#transport;
		return flow ? `${this.#userAgent.contact}@${contactOf(flow)}` : "";
	}

	#failed(message: IncomingResponseMessage): void {
		if (this.#state !== "registering") return;
		const { status, reason, local } = refusalOf(message);
		if (status === 423 && this.#raiseExpiry(message)) return this.#wait(0);
		const hasCleared = this.#isClearing;
		// It may take no further binding while it has those of others, or not take them in one request.
		if (!local && (this.#clear() || hasCleared)) return this.#wait(0);
		if (status === 503 || local) this.#transport.failed();
		this.#failures += 1;
		this.#bound = false;
		this.#failure = { at: this.#options.clock.now(), status, reason, local };
		const asked = Number.parseInt(message.getHeader("Retry-After") ?? "", 10) || 0;
		const delay = Math.max(backOff(this.#failures), Math.min(asked, LONGEST_EXPIRY) * 1000);
		this.#options.log.warning(
			() =>
				`Register: ${this.#options.identity.toString()} is not registered: ${local ? "no answer, " : ""}` +
				`${status} ${reason}; trying again in ${Math.round(delay / 1000)} s`,
		);
		this.#wait(delay);
	}

	/** Adopts the interval the registrar insists on (RFC 3261 section 10.2.8). */
	#raiseExpiry(message: IncomingResponseMessage): boolean {
		const shortest = Number.parseInt(message.getHeader("Min-Expires") ?? "", 10);
		if (!(shortest > this.#expiry && shortest <= LONGEST_EXPIRY)) return false;
		this.#expiry = shortest;
		return true;
	}

	#wait(delay: number): void {
		if (this.#state === "registering") this.#enter("waiting");
		this.#registerIn(delay);
	}

	#registerIn(delay: number): void {
		const { clock } = this.#options;
		this.#stopTimer?.();
		this.#nextAt = clock.now() + delay;
		this.#stopTimer = clock.after(delay, () => this.#register());
	}

	#enter(state: RegistrationState): void {
		if (!TRANSITIONS[this.#state].includes(state)) {
			throw new Error(`A registration cannot go from ${this.#state} to ${state}`);
		}
		this.#state = state;
		this.#stopTimer?.();
		this.#stopTimer = undefined;
		this.#nextAt = undefined;
	}
}

/** The domain of an address of record, which a REGISTER is sent to (RFC 3261 section 10.2). */
export function registrarOf(identity: URI): URI {
	const transport: unknown = identity.getParam("transport");
	const port = identity.port === undefined ? "" : `:${identity.port}`;
	const by = transport ? `;transport=${transport}` : "";
	const uri = parseUri(`${identity.scheme}:${identity.host}${port}${by}`);
	if (!uri) throw new Error(`Register: ${identity.toString()} has no domain`);
	return uri;
}
