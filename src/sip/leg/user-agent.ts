import type { Notices } from "../../log/limited-log.ts";
import type { Logger } from "../../log/logger.ts";
import { type AnsweredChallenges, Authenticator } from "../auth/authenticator.ts";
import type { Challenge } from "../auth/challenge.ts";
import type { SipAccount } from "../auth/digest-session.ts";
import { quoteDisplayName } from "../message/writer.ts";
import type { URI } from "../sipjs/grammar.ts";
import { UserAgent } from "../sipjs/user-agent.ts";
import type { AgentProfile } from "./agent-profile.ts";
import type { LegTransport } from "./leg-transport.ts";
import { isSecureHop } from "./next-hop.ts";
import { OutgoingRequest, Party, type RequestAuthor, type RequestContent } from "./outgoing-request.ts";
import { CONTACT_PLACEHOLDER } from "./placeholders.ts";
import { routeRequest } from "./route-set.ts";

/** What distinguishes one user agent from others. */
export interface UserAgentOptions {
	readonly profile: AgentProfile;
	/** User part of the Contact: the id of the leg. */
	readonly contactUser: string;
	/** Tag of From. */
	readonly localTag: string;
	/** Credentials for 401 and 407; if empty, challenges are not answered. */
	readonly accounts: readonly SipAccount[];
	/** Display name of the From header field, as plain text. */
	readonly displayName: string;
	readonly transport: LegTransport;
	/** Number of the last request; 0 by default. */
	readonly cseq?: number | undefined;
	/** Scheme of the Contact, if no INVITE determines it. */
	readonly scheme?: "sip" | "sips" | undefined;
}

/** The parts of one request. */
export interface RequestOrder extends RequestContent {
	/** Where it should arrive. */
	readonly target: URI;
	readonly routeSet: readonly string[];
	readonly from: URI;
	readonly to: URI;
	/** Absent outside a dialog. */
	readonly toTag?: string;
}

/**
 * The user agent of one leg: SIP.js serves the phone's requests, and each of ours is a {@link ClientRequest}.
 */
export class LegUserAgent extends UserAgent implements RequestAuthor {
	readonly localTag: string;
	/** Sends our requests to the phone. */
	readonly requests: LegTransport;
	readonly #profile: AgentProfile;
	readonly #contactUser: string;
	readonly #accounts: readonly SipAccount[];
	readonly displayName: string;
	#authenticator: Authenticator | undefined;
	/** A party called securely must call back securely (RFC 3261 section 8.1.1.8). */
	#scheme: "sip" | "sips";
	/** We, and the phone of the last request: nearly always the same ones. */
	#local: Party | undefined;
	#remote: Party | undefined;
	/** Number of the last request; one sequence for all dialogs of the leg. */
	#cseq: number;

	constructor(options: UserAgentOptions) {
		const { profile, contactUser, localTag, accounts, displayName, transport } = options;
		super(profile, contactUser, transport);
		this.localTag = localTag;
		this.requests = transport;
		this.#profile = profile;
		this.#contactUser = contactUser;
		this.#accounts = accounts;
		this.displayName = displayName;
		this.#cseq = options.cseq ?? 0;
		this.#scheme = options.scheme ?? "sip";
	}

	get log(): Logger {
		return this.#profile.log;
	}

	/** For faults that the peer can cause as often as it likes. */
	get faults(): Notices {
		return this.#profile.faults;
	}

	get userAgent(): string {
		return this.#profile.userAgent;
	}

	get allow(): string {
		return this.#profile.allow;
	}

	get supported(): string {
		return this.#profile.supportedText;
	}

	get contact(): string {
		return `${this.#scheme}:${this.#contactUser}`;
	}

	get authenticator(): Authenticator | undefined {
		return this.#authenticator;
	}

	/** Our Contact URI, with a placeholder for the address that the peer can reach. */
	get contactUri(): string {
		return `${this.contact}@${CONTACT_PLACEHOLDER}`;
	}

	/** The value of Contact in an answer that is sent at once. */
	get contactNow(): string {
		return `<${this.contact}@${this.requests.contactNow}>`;
	}

	/** Number of the last request. */
	get cseq(): number {
		return this.#cseq;
	}

	/** Scheme of the Contact. */
	get scheme(): "sip" | "sips" {
		return this.#scheme;
	}

	/** The CSeq number for the next request. */
	nextCSeq(): number {
		this.#cseq += 1;
		return this.#cseq;
	}

	/** Builds a request; a {@link ClientRequest} sends it. */
	compose(method: string, order: RequestOrder): OutgoingRequest {
		const { target, routeSet, from, to, toTag } = order;
		if (toTag === undefined) this.#scheme = contactScheme(target, routeSet[0]);
		if (this.#local?.uri !== from)
			this.#local = new Party(from, this.localTag, quoteDisplayName(this.displayName));
		if (this.#remote?.uri !== to || this.#remote.tag !== toTag) this.#remote = new Party(to, toTag, "");
		const route = routeRequest(target, routeSet);
		return new OutgoingRequest(method, order, route, this.#local, this.#remote, this);
	}

	/**
	 * Handles the challenges of a 401 or 407.
	 *
	 * @param answered those for which the request was sent again before.
	 * @returns true if it should be sent again.
	 */
	challenged(challenges: readonly Challenge[], answered: AnsweredChallenges): boolean {
		if (this.#accounts.length === 0) return false;
		this.#authenticator ??= new Authenticator(this.#accounts, this.faults);
		return this.#authenticator.challenged(challenges, answered);
	}

	/** Nothing will be sent for a while: drops what can be rebuilt. */
	rest(): void {
		this.#local = undefined;
		this.#remote = undefined;
	}
}

/** If the Request-URI or the first Route asks for TLS, the Contact does too (RFC 3261 section 8.1.1.8). */
function contactScheme(requestUri: URI, route = ""): "sip" | "sips" {
	return requestUri.scheme === "sips" || isSecureHop(route) ? "sips" : "sip";
}
