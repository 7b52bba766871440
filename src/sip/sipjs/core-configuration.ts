import type { Contact, LoggerFactory, UserAgentCoreConfiguration } from "sip.js/lib/core/index.js";
import { URI } from "sip.js/lib/grammar/index.js";

/** What many cores have in common. */
export interface AgentTraits {
	/** Value of User-Agent. */
	readonly userAgent: string;
	/** Option tags of the Supported header field. */
	readonly supported: readonly string[];
	readonly loggers: LoggerFactory;
}

/**
 * What SIP.js's core asks about the user agent: most of it is for requests, which it does not write. Each
 * value is built when asked for, so that an idle leg holds none.
 */
export class CoreConfiguration implements UserAgentCoreConfiguration {
	readonly #traits: AgentTraits;
	readonly #contactUser: string;

	constructor(traits: AgentTraits, contactUser: string) {
		this.#traits = traits;
		this.#contactUser = contactUser;
	}

	/** What the Request-URI of a request to us must match: its user part. */
	get aor(): URI {
		return new URI("sip", this.#contactUser, "localhost");
	}

	get contact(): Contact {
		const uri = this.aor;
		return { pubGruu: undefined, tempGruu: undefined, uri, toString: () => uri.toString() };
	}

	get loggerFactory(): LoggerFactory {
		return this.#traits.loggers;
	}

	get supportedOptionTags(): string[] {
		return [...this.#traits.supported];
	}

	get supportedOptionTagsResponse(): string[] {
		return [...this.#traits.supported];
	}

	get userAgentHeaderFieldValue(): string {
		return this.#traits.userAgent;
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

	/** The core reaches the transport in its own way. */
	transportAccessor(): undefined {
		return undefined;
	}
}
