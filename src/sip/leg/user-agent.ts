import {
	type Body,
	type Contact,
	type Dialog,
	type Levels,
	LoggerFactory,
	type Logger as SipJsLogger,
	type Transport,
	UserAgentCore,
	type UserAgentCoreConfiguration,
	type UserAgentServer,
} from "sip.js/lib/core/index.js";
import { URI } from "sip.js/lib/grammar/index.js";
import type { Logger } from "../../log/logger.ts";
import { type AnsweredChallenges, Authenticator } from "../auth/authenticator.ts";
import type { Challenge } from "../auth/challenge.ts";
import type { SipAccount } from "../auth/digest-session.ts";
import { quoteDisplayName } from "../message/writer.ts";
import { FewMap } from "./few-map.ts";
import type { LegTransport } from "./leg-transport.ts";
import { isSecureHop } from "./next-hop.ts";
import { OutgoingRequest, Party, type RequestAuthor } from "./outgoing-request.ts";
import { CONTACT_PLACEHOLDER } from "./placeholders.ts";
import { routeRequest } from "./route-set.ts";

/** The methods we take in a dialog, as the Allow header field says them. */
export const ALLOW = "INVITE, ACK, CANCEL, OPTIONS, BYE, REFER, NOTIFY, UPDATE, PRACK, INFO, MESSAGE";

/** What all user agents of one kind share. */
export class AgentProfile {
	/** Value of User-Agent. */
	readonly userAgent: string;
	/** Value of Allow. */
	readonly allow: string;
	/** Option tags of the Supported header field. */
	readonly supported: readonly string[];
	/** Value of Supported. */
	readonly supportedText: string;
	readonly log: Logger;
	readonly loggers: LoggerFactory;

	constructor(userAgent: string, allow: string, supported: readonly string[], log: Logger) {
		this.userAgent = userAgent;
		this.allow = allow;
		this.supported = supported;
		this.supportedText = supported.join(", ");
		this.log = log;
		this.loggers = new DebugLoggers(log);
	}
}

/** The profile of the legs' user agents. @param sessionInterval in seconds (RFC 4028); 0 for none. */
export function legProfile(userAgent: string, sessionInterval: number, log: Logger): AgentProfile {
	const supported = ["replaces", ...(sessionInterval > 0 ? ["timer"] : []), "norefersub", "100rel"];
	return new AgentProfile(userAgent, ALLOW, supported, log);
}

/** What tells one user agent from others. */
export interface UserAgentOptions {
	readonly profile: AgentProfile;
	/** User part of the Contact: the id of the leg. */
	readonly contactUser: string;
	/** Tag of From. */
	readonly localTag: string;
	/** Credentials for 401 and 407; none leaves those as they are. */
	readonly accounts: readonly SipAccount[];
	/** Display name of the From header field, as plain text. */
	readonly displayName: string;
	readonly transport: LegTransport;
}

/** What one request is made of. */
export interface RequestOrder {
	/** Where it is to arrive. */
	readonly target: URI;
	readonly routeSet: readonly string[];
	readonly from: URI;
	readonly to: URI;
	/** Absent outside a dialog. */
	readonly toTag?: string;
	readonly callId: string;
	readonly cseq: number;
	/** Further header lines, as `Name: value`. */
	readonly extraHeaders: readonly string[];
	readonly body?: Body | undefined;
}

/**
 * SIP.js's core for one leg: it finds the dialog of each request that the phone sends, and answers it. It is
 * one for each leg because the core takes one transport, and that transport knows one flow. What we ask of the
 * phone is a {@link ClientRequest}.
 */
export class LegUserAgent extends UserAgentCore implements RequestAuthor {
	readonly localTag: string;
	override readonly dialogs = new FewMap<string, Dialog>();
	override readonly userAgentServers = new FewMap<string, UserAgentServer>();
	/** Both stay empty: we subscribe to nothing, and SIP.js knows nothing of our requests. */
	override readonly subscribers = NO_SUBSCRIBERS;
	override readonly userAgentClients = NO_CLIENTS;
	/** True once the leg is over: nothing is heard any more. */
	disposed = false;
	readonly #profile: AgentProfile;
	readonly #contactUser: string;
	readonly #accounts: readonly SipAccount[];
	readonly #displayName: string;
	readonly #transport: LegTransport;
	#authenticator: Authenticator | undefined;
	/** What is called securely is to be called back securely (RFC 3261 section 8.1.1.8). */
	#scheme: "sip" | "sips" = "sip";
	/** We, and the phone of the last request: they are the same ones nearly always. */
	#local: Party | undefined;
	#remote: Party | undefined;
	/** Number of the last request; one sequence for all dialogs of the leg. */
	#cseq = 0;

	constructor({ profile, contactUser, localTag, accounts, displayName, transport }: UserAgentOptions) {
		super(new CoreConfiguration(profile, contactUser, transport), NO_DELEGATE);
		this.localTag = localTag;
		this.#profile = profile;
		this.#contactUser = contactUser;
		this.#accounts = accounts;
		this.#displayName = displayName;
		this.#transport = transport;
	}

	get log(): Logger {
		return this.#profile.log;
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

	override get transport(): LegTransport {
		return this.#transport;
	}

	/** Our Contact URI, with a placeholder for the address that the peer can reach. */
	get contactUri(): string {
		return `${this.contact}@${CONTACT_PLACEHOLDER}`;
	}

	/** The CSeq number for the next request. */
	nextCSeq(): number {
		this.#cseq += 1;
		return this.#cseq;
	}

	/** Makes a request; it is sent by a {@link ClientRequest}. */
	compose(method: string, order: RequestOrder): OutgoingRequest {
		const { target, routeSet, from, to, toTag, callId, cseq, extraHeaders, body } = order;
		if (toTag === undefined) this.#scheme = contactScheme(target, routeSet[0]);
		if (this.#local?.uri !== from)
			this.#local = new Party(from, this.localTag, quoteDisplayName(this.#displayName));
		if (this.#remote?.uri !== to || this.#remote.tag !== toTag) this.#remote = new Party(to, toTag, "");
		return new OutgoingRequest({
			method,
			route: routeRequest(target, routeSet),
			from: this.#local,
			to: this.#remote,
			callId,
			cseq,
			extraHeaders,
			body,
			author: this,
		});
	}

	/**
	 * Takes the challenges of a 401 or 407.
	 *
	 * @param answered what the request was sent again for before.
	 * @returns true when it is to be sent again.
	 */
	challenged(challenges: readonly Challenge[], answered: AnsweredChallenges): boolean {
		if (this.#accounts.length === 0) return false;
		this.#authenticator ??= new Authenticator(this.#accounts, this.log);
		return this.#authenticator.challenged(challenges, answered);
	}

	/** For a while nothing is to be sent: what can be made again is let go. */
	rest(): void {
		this.#local = undefined;
		this.#remote = undefined;
	}

	override dispose(): void {
		this.disposed = true;
		super.dispose();
	}
}

const NO_SUBSCRIBERS = new Map<string, never>();
const NO_CLIENTS = new Map<string, never>();
const NO_DELEGATE = {};

/** What SIP.js's core asks about the user agent; most of it is for requests, which it does not write. */
class CoreConfiguration implements UserAgentCoreConfiguration {
	readonly #profile: AgentProfile;
	readonly #contactUser: string;
	readonly #transport: LegTransport;

	constructor(profile: AgentProfile, contactUser: string, transport: LegTransport) {
		this.#profile = profile;
		this.#contactUser = contactUser;
		this.#transport = transport;
	}

	/** What the Request-URI of a request to us has to match: its user part. */
	get aor(): URI {
		return new URI("sip", this.#contactUser, "localhost");
	}

	get contact(): Contact {
		const uri = this.aor;
		return { pubGruu: undefined, tempGruu: undefined, uri, toString: () => uri.toString() };
	}

	get loggerFactory(): LoggerFactory {
		return this.#profile.loggers;
	}

	get supportedOptionTags(): string[] {
		return [...this.#profile.supported];
	}

	get supportedOptionTagsResponse(): string[] {
		return [...this.#profile.supported];
	}

	get userAgentHeaderFieldValue(): string {
		return this.#profile.userAgent;
	}

	get displayName(): string {
		return "";
	}

	get routeSet(): string[] {
		return [];
	}

	get sipjsId(): string {
		return "";
	}

	get hackViaTcp(): boolean {
		return false;
	}

	get viaForceRport(): boolean {
		return true;
	}

	get viaHost(): string {
		return "";
	}

	authenticationFactory(): undefined {
		return undefined;
	}

	transportAccessor(): Transport {
		return this.#transport;
	}
}

/** What the Request-URI or the first Route asks for, the Contact asks for, too (RFC 3261 section 8.1.1.8). */
function contactScheme(requestUri: URI, route = ""): "sip" | "sips" {
	return requestUri.scheme === "sips" || isSecureHop(route) ? "sips" : "sip";
}

/** SIP.js's own log lines, at our DEBUG level. */
class DebugLoggers extends LoggerFactory {
	readonly #log: Logger;

	constructor(log: Logger) {
		super();
		this.#log = log;
	}

	/** The label is not written, so that one logger serves all of its category. */
	override getLogger(category: string): SipJsLogger {
		return super.getLogger(category);
	}

	override genericLog(_level: Levels, category: string, _label: unknown, content: unknown): void {
		if (this.#log.enabled("DEBUG")) this.#log.debug(`${category}: ${content}`);
	}
}
