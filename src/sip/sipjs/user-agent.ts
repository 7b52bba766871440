import {
	type Dialog,
	type IncomingRequestMessage,
	type Transport,
	UserAgentCore,
	type UserAgentServer,
} from "sip.js/lib/core/index.js";
import { type AgentTraits, CoreConfiguration } from "./core-configuration.ts";
import { directTo } from "./core-demands.ts";
import { FewMap } from "./few-map.ts";

/**
 * SIP.js's core, of which the part is used that serves requests: it finds the dialog of each request that a phone
 * sends, and answers it. It is one for each leg because the core takes one transport, and that transport knows one
 * flow.
 */
export class UserAgent<T extends Transport = Transport> extends UserAgentCore {
	/** SIP.js makes a Map for each of its tables; these take their places because thousands of cores are open at once. */
	override readonly dialogs = new FewMap<string, Dialog>();
	override readonly userAgentServers = new FewMap<string, UserAgentServer>();
	/** Both stay empty, so that all cores share them: we subscribe to nothing, and SIP.js knows nothing of our requests. */
	override readonly subscribers = NO_SUBSCRIBERS;
	override readonly userAgentClients = NO_CLIENTS;
	/** True once the leg is over: nothing is heard any more. */
	disposed = false;
	readonly #contactUser: string;
	readonly #transport: T;

	/** @param contactUser user part of our Contact, which the Request-URI of each request has to name for SIP.js. */
	constructor(traits: AgentTraits, contactUser: string, transport: T) {
		super(new CoreConfiguration(traits, contactUser, transport), NO_DELEGATE);
		this.#contactUser = contactUser;
		this.#transport = transport;
	}

	override get transport(): T {
		return this.#transport;
	}

	/** Requests of the phone that wait for their answers. */
	get openRequests(): number {
		return this.userAgentServers.size;
	}

	/**
	 * Takes a request of the phone. SIP.js answers it by the transport, or gives it to the delegate of its dialog.
	 * @throws {Error} for a message that SIP.js did not expect.
	 */
	take(request: IncomingRequestMessage): void {
		directTo(request, this.#contactUser);
		this.receiveIncomingRequestFromTransport(request);
	}

	override dispose(): void {
		this.disposed = true;
		super.dispose();
	}
}

const NO_SUBSCRIBERS = new Map<string, never>();
const NO_CLIENTS = new Map<string, never>();
/** A core without one would make an object of its own for it. */
const NO_DELEGATE = {};
