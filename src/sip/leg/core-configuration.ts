import type { Contact, LoggerFactory, Transport, UserAgentCoreConfiguration } from "../sipjs/core.ts";
import { URI } from "../sipjs/grammar.ts";
import type { AgentProfile } from "./agent-profile.ts";
import type { LegTransport } from "./leg-transport.ts";

/** What SIP.js's core asks about the user agent; most of it is for requests, which it does not write. */
export class CoreConfiguration implements UserAgentCoreConfiguration {
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
