import {
	type Dialog,
	type IncomingRequestMessage,
	type Transport,
	UserAgentCore,
	type UserAgentServer,
} from "sip.js/lib/core/index.js";
import { Answers, type Responder } from "./answers.ts";
import { type AgentTraits, CoreConfiguration } from "./core-configuration.ts";
import { directTo } from "./core-demands.ts";
import { FewMap } from "./few-map.ts";
import { withoutConstructor } from "./without-constructor.ts";

/** The constructor would create a Map for each table. */
const BareCore = withoutConstructor(UserAgentCore);

/**
 * SIP.js's core, of which we use the part that serves requests: it finds the dialog of each request that a
 * phone sends, and answers it. Each leg has its own because a core takes one transport, and a leg's answers
 * use one flow.
 */
export class UserAgent extends BareCore {
	override readonly configuration: CoreConfiguration;
	override readonly delegate = NO_DELEGATE;
	/** These replace SIP.js's Maps because thousands of cores are open at once. */
	override readonly dialogs = new FewMap<string, Dialog>();
	override readonly userAgentServers = new FewMap<string, UserAgentServer>();
	/**
	 * Both stay empty, so all cores share them: we subscribe to nothing, and SIP.js never sees our requests.
	 */
	override readonly subscribers = NO_SUBSCRIBERS;
	override readonly userAgentClients = NO_CLIENTS;
	/** True once the leg is over: nothing is handled any more. */
	disposed = false;
	readonly #contactUser: string;
	readonly #responder: Responder;
	/** For the request that SIP.js is handling; it asks for its transport at no other time. */
	#answers: Transport | undefined;

	/**
	 * @param contactUser user part of our Contact, which SIP.js requires in the Request-URI of each request.
	 */
	constructor(traits: AgentTraits, contactUser: string, responder: Responder) {
		super();
		this.configuration = new CoreConfiguration(traits, contactUser);
		// It is private.
		Reflect.set(this, "logger", traits.loggers.getLogger("sip.user-agent-core"));
		this.#contactUser = contactUser;
		this.#responder = responder;
	}

	override get transport(): Transport {
		if (!this.#answers) throw new Error("SIP.js answers no request");
		return this.#answers;
	}

	/** Requests of the phone that still wait for their answers. */
	get openRequests(): number {
		return this.userAgentServers.size;
	}

	/**
	 * Handles a request of the phone. SIP.js answers it through the responder, or gives it to the delegate of
	 * its dialog.
	 * @throws {Error} for a message that SIP.js did not expect.
	 */
	take(request: IncomingRequestMessage): void {
		directTo(request, this.#contactUser);
		const before = this.#answers;
		this.#answers = new Answers(request, this.#responder);
		try {
			this.receiveIncomingRequestFromTransport(request);
		} finally {
			this.#answers = before;
		}
	}

	override dispose(): void {
		this.disposed = true;
		// What it would do for each of its tables is for nothing in a leg whose dialog is over.
		if (this.dialogs.size > 0 || this.userAgentServers.size > 0) super.dispose();
	}
}

const NO_SUBSCRIBERS = new Map<string, never>();
const NO_CLIENTS = new Map<string, never>();
const NO_DELEGATE = {};
