import {
	type Body,
	type IncomingResponseMessage,
	Levels,
	LoggerFactory,
	type OutgoingRequestMessageOptions,
	type Transport,
	UserAgentCore,
} from "sip.js/lib/core/index.js";
import { URI } from "sip.js/lib/grammar/index.js";
import type { Logger } from "../../log/logger.ts";
import { Authenticator } from "../auth/authenticator.ts";
import type { SipAccount } from "../auth/digest-session.ts";
import { quoteDisplayName } from "../message/writer.ts";
import { ChallengeAnswer, gatherChallenges } from "./challenge-answer.ts";
import { isSecureHop } from "./next-hop.ts";
import { contactUri, OutgoingRequest, Party, type RequestProfile } from "./outgoing-request.ts";
import { routeRequest } from "./route-set.ts";

/** The methods we take in a dialog, as the Allow header field says them. */
export const ALLOW = "INVITE, ACK, CANCEL, OPTIONS, BYE, REFER, NOTIFY, UPDATE, PRACK, INFO, MESSAGE";

/** What SIP.js's core is told about the user agent of one leg. */
export interface UserAgentOptions {
	readonly profile: Omit<RequestProfile, "authenticator" | "nextCSeq" | "scheme">;
	/** Credentials for 401 and 407; none leaves those as they are. */
	readonly accounts: readonly SipAccount[];
	/** Display name of the From header field, as plain text. */
	readonly displayName: string;
	readonly transport: Transport;
	readonly log: Logger;
}

/**
 * SIP.js's core for one leg. It is one for each leg because the core takes one transport, and that
 * transport knows one flow. Its requests are built by us.
 */
export class LegUserAgent extends UserAgentCore {
	/** Where the phone of each dialog is now, by its tag (RFC 3261 section 12.2.1.2). */
	readonly #remoteTargets = new Map<string, URI>();
	readonly #profile: RequestProfile;
	readonly #displayName: string;
	readonly #log: Logger;
	/** We, and the phone of the last request: they are the same ones nearly always. */
	#local: Party | undefined;
	#remote: Party | undefined;
	/** Number of the last request; one sequence for all dialogs of the leg. */
	#cseq = 0;

	constructor({ profile, accounts, displayName, transport, log }: UserAgentOptions) {
		const uri = new URI("sip", profile.contactUser, "localhost");
		const loggers = loggerFactory(log);
		const authenticator = accounts.length > 0 ? new Authenticator(accounts, log) : undefined;
		super({
			aor: uri,
			contact: { pubGruu: undefined, tempGruu: undefined, uri, toString: () => uri.toString() },
			displayName: "",
			loggerFactory: loggers,
			hackViaTcp: false,
			routeSet: [],
			sipjsId: "",
			supportedOptionTags: [...profile.supported],
			supportedOptionTagsResponse: [...profile.supported],
			userAgentHeaderFieldValue: profile.userAgent,
			viaForceRport: true,
			viaHost: "",
			authenticationFactory: () => authenticator && new ChallengeAnswer(authenticator, loggers),
			transportAccessor: () => transport,
		});
		this.#profile = { ...profile, scheme: "sip", authenticator, nextCSeq: () => this.#nextCSeq() };
		this.#log = log;
		this.#displayName = quoteDisplayName(displayName);
	}

	/** Our Contact URI, with a placeholder for the address that the peer can reach. */
	get contactUri(): string {
		return contactUri(this.#profile);
	}

	/** Requests in the dialog with this phone go there from now on; SIP.js follows its requests only. */
	setRemoteTarget(remoteTag: string, target: URI): void {
		this.#remoteTargets.set(remoteTag, target);
	}

	override receiveIncomingResponseFromTransport(response: IncomingResponseMessage): void {
		gatherChallenges(response, this.#log);
		super.receiveIncomingResponseFromTransport(response);
	}

	override makeOutgoingRequestMessage(
		method: string,
		requestURI: URI,
		fromURI: URI,
		toURI: URI,
		options: OutgoingRequestMessageOptions,
		extraHeaders?: string[],
		body?: Body,
	): OutgoingRequest {
		// An ACK and a CANCEL have the number of their INVITE (RFC 3261 sections 9.1 and 13.2.2.4).
		const isNew = method !== "ACK" && method !== "CANCEL";
		const { toTag, fromTag, callId = "", cseq = 0, routeSet = [] } = options;
		if (isNew && !toTag) this.#profile.scheme = contactScheme(requestURI, routeSet[0]);
		const target = method === "CANCEL" ? undefined : this.#remoteTargets.get(toTag ?? "");
		if (this.#local?.uri !== fromURI || this.#local.tag !== fromTag)
			this.#local = new Party(fromURI, fromTag, this.#displayName);
		if (this.#remote?.uri !== toURI || this.#remote.tag !== toTag) this.#remote = new Party(toURI, toTag, "");
		return new OutgoingRequest({
			method,
			route: routeRequest(target ?? requestURI, routeSet),
			from: this.#local,
			to: this.#remote,
			callId,
			cseq: isNew ? this.#nextCSeq() : cseq,
			extraHeaders: extraHeaders ?? [],
			body,
			profile: this.#profile,
		});
	}

	#nextCSeq(): number {
		this.#cseq += 1;
		return this.#cseq;
	}
}

/** What the Request-URI or the first Route asks for, the Contact asks for, too (RFC 3261 section 8.1.1.8). */
function contactScheme(requestUri: URI, route = ""): "sip" | "sips" {
	return requestUri.scheme === "sips" || isSecureHop(route) ? "sips" : "sip";
}

/** SIP.js's own log lines, at our DEBUG level. */
function loggerFactory(log: Logger): LoggerFactory {
	const factory = new LoggerFactory();
	factory.builtinEnabled = false;
	factory.level = log.enabled("DEBUG") ? Levels.debug : Levels.error;
	factory.connector = (_level, category, _label, content) => log.debug(() => `${category}: ${content}`);
	return factory;
}
