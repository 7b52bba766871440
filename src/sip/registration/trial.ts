import { randomToken } from "../../random.ts";
import { CHALLENGE_HEADERS, parseChallenge } from "../auth/challenge.ts";
import { ClientRequest, type RequestListener } from "../leg/client-request.ts";
import { LegTransport, type LegTransportUser } from "../leg/leg-transport.ts";
import { findTargets, NextHop } from "../leg/next-hop.ts";
import type { Requester } from "../leg/pending-request.ts";
import { refusalOf } from "../leg/refusal.ts";
import { LegUserAgent } from "../leg/user-agent.ts";
import type { IncomingResponseMessage } from "../sipjs/core.ts";
import type { Target } from "../transport/types.ts";
import { grantedExpiry } from "./binding.ts";
import { type RegistrationOptions, registrarOf } from "./registration.ts";

/** How long the registrar may take, in milliseconds: people wait for it. */
export const TRIAL_TIME = 12_000;

/** How long it may take to remove the binding again, in milliseconds; it expires soon anyway. */
const REMOVAL_TIME = 2000;

/** Expiry to ask for, in seconds. */
const EXPIRY = 60;

/** The longest expiry that a registrar may insist on, in seconds. */
const LONGEST_EXPIRY = 3600;

/** What became of a trial. */
export type TrialOutcome =
	/** The registrar has taken it, for so many seconds. */
	| { readonly kind: "registered"; readonly seconds: number; readonly at: string }
	/** It has answered otherwise. @param realm of its last challenge, if it asked for a password. */
	| {
			readonly kind: "refused";
			readonly status: number;
			readonly reason: string;
			readonly realm: string | undefined;
			/** Whether credentials were sent. */
			readonly tried: boolean;
			readonly at: string;
	  }
	/** Nobody has answered there. */
	| { readonly kind: "no answer"; readonly at: string }
	/** A connection was refused, also by TLS. */
	| { readonly kind: "unreachable"; readonly why: string; readonly at: string }
	/** The name leads to no address. */
	| { readonly kind: "no address"; readonly why: string };

/**
 * Registers once, with a Contact of its own, and removes that binding again: it shows whether a registrar takes an
 * account, and touches no other binding of the same address (RFC 3261 section 10.2).
 */
export class RegistrationTrial implements LegTransportUser {
	readonly callId = randomToken(16);
	readonly #options: RegistrationOptions;
	readonly #contactUser = `trial-${randomToken(8)}`;
	readonly #transport: LegTransport;
	readonly #userAgent: LegUserAgent;
	readonly #outcome = Promise.withResolvers<TrialOutcome>();
	#state: "idle" | "looking" | "asking" | "leaving" | "ended" = "idle";
	/** Where the request went, for people. */
	#at = "";
	#expiry = EXPIRY;
	#realm: string | undefined;
	#stopTimer: (() => void) | undefined;

	constructor(options: RegistrationOptions) {
		this.#options = options;
		this.#transport = new LegTransport(options.network, this);
		this.#userAgent = new LegUserAgent({
			profile: options.profile,
			contactUser: this.#contactUser,
			localTag: randomToken(8),
			accounts: options.accounts,
			displayName: "",
			transport: this.#transport,
		});
	}

	get state(): "idle" | "looking" | "asking" | "leaving" | "ended" {
		return this.#state;
	}

	/** Never rejects. Calling it again has no effect. */
	run(): Promise<TrialOutcome> {
		if (this.#state === "idle") {
			this.#state = "looking";
			this.#stopTimer = this.#options.clock.after(TRIAL_TIME, () => this.#late());
			void this.#look();
		}
		return this.#outcome.promise;
	}

	/** Ends at once and lets the binding expire. */
	close(): void {
		if (this.#state === "ended") return;
		this.#state = "ended";
		this.#stopTimer?.();
		this.#transport.release();
		this.#userAgent.dispose();
		this.#outcome.resolve({ kind: "no answer", at: this.#at });
	}

	receiveResponse(response: IncomingResponseMessage): void {
		this.#realm = realmOf(response) ?? this.#realm;
		const requester = this.#transport.receive(response);
		if (requester && requester !== "taken") this.answered(requester, response);
	}

	answered(requester: Requester, response: IncomingResponseMessage): void {
		requester.receive(response);
	}

	failed(requester: Requester, status: number): void {
		requester.fail(status);
	}

	/** A trial is too short for what may happen to a registration later. */
	flowClosed(): void {}
	networkChanged(): void {}
	renew(): void {}

	/** Finds the registrar, so that it is known what is wrong if there is none. */
	async #look(): Promise<void> {
		const { identity, routeSet, network } = this.#options;
		const registrar = registrarOf(identity);
		const hop =
			routeSet[0] === undefined ? new NextHop(registrar.toRaw(), registrar) : new NextHop(routeSet[0]);
		let targets: readonly Target[];
		try {
			targets = await findTargets(hop, network.resolver);
		} catch (error) {
			return this.#end({ kind: "no address", why: messageOf(error) });
		}
		let why = "";
		for (const target of targets) {
			this.#at = `${target.protocol} ${target.address}:${target.port}`;
			try {
				await this.#transport.use(hop, target);
				return this.#ask();
			} catch (error) {
				why = messageOf(error);
			}
		}
		this.#end({ kind: "unreachable", why, at: this.#at });
	}

	#ask(): void {
		if (this.#state !== "looking" && this.#state !== "asking") return;
		this.#state = "asking";
		this.#send(this.#expiry, {
			onAccepted: (response) => this.#registered(response),
			onRefused: (response) => this.#refused(response),
		});
	}

	#send(expiry: number, listener: RequestListener): void {
		const { identity, routeSet } = this.#options;
		const message = this.#userAgent.compose("REGISTER", {
			target: registrarOf(identity),
			routeSet,
			from: identity,
			to: identity,
			callId: this.callId,
			cseq: this.#userAgent.nextCSeq(),
			extraHeaders: [`Expires: ${expiry}`],
		});
		new ClientRequest(this.#userAgent, message, listener).send();
	}

	#registered(response: IncomingResponseMessage): void {
		if (this.#state !== "asking") return;
		const { local } = this.#transport.flow ?? {};
		const seconds = grantedExpiry(response, this.#contactUser, local, this.#expiry);
		this.#outcome.resolve({ kind: "registered", seconds, at: this.#at });
		this.#state = "leaving";
		this.#stopTimer?.();
		this.#stopTimer = this.#options.clock.after(REMOVAL_TIME, () => this.close());
		const done = (): void => this.close();
		this.#send(0, { onAccepted: done, onRefused: done });
	}

	#refused(response: IncomingResponseMessage): void {
		if (this.#state !== "asking") return;
		const { status, reason, local } = refusalOf(response);
		const shortest = Number.parseInt(response.getHeader("Min-Expires") ?? "", 10);
		// RFC 3261 section 10.2.8.
		if (status === 423 && shortest > this.#expiry && shortest <= LONGEST_EXPIRY) {
			this.#expiry = shortest;
			return this.#ask();
		}
		if (local) return this.#end({ kind: "no answer", at: this.#at });
		const tried = this.#options.accounts.some(
			({ user, realm }) => user !== "" && (realm === "" || realm === this.#realm),
		);
		this.#end({ kind: "refused", status, reason, realm: this.#realm, tried, at: this.#at });
	}

	#late(): void {
		this.#end(
			this.#state === "looking" && this.#at === ""
				? { kind: "no address", why: "no DNS server has answered in time" }
				: { kind: "no answer", at: this.#at },
		);
	}

	#end(outcome: TrialOutcome): void {
		this.#outcome.resolve(outcome);
		this.close();
	}
}

function realmOf(response: IncomingResponseMessage): string | undefined {
	for (const source of ["server", "proxy"] as const) {
		for (const value of response.getHeaders(CHALLENGE_HEADERS[source])) {
			try {
				const challenge = parseChallenge(value, source);
				if (challenge) return challenge.realm;
			} catch {
				// The request is refused for what it says of it.
			}
		}
	}
	return undefined;
}

function messageOf(error: unknown): string {
	return error instanceof Error ? error.message : String(error);
}
