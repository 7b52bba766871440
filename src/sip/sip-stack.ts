import type { Logger } from "../log/logger.ts";
import type { ConnectionLimits } from "../net/connection-limits.ts";
import type { Clock } from "../time/clock.ts";
import { ExpiringMap } from "../time/expiring-map.ts";
import type { Gate } from "../time/gate.ts";
import type { TlsIdentity } from "../tls/tls-files.ts";
import type { SipAccount } from "./auth/digest-session.ts";
import { Endpoint } from "./endpoint.ts";
import { GatedReception } from "./gated-reception.ts";
import { LateAnswers } from "./late-answers.ts";
import { CallIds } from "./leg/call-ids.ts";
import { Reception } from "./reception.ts";
import type { TransactionCounters } from "./reliability/transaction-context.ts";
import { TransactionLayer } from "./reliability/transaction-layer.ts";
import type { TimerValues } from "./reliability/types.ts";
import { Resolver } from "./resolve/resolver.ts";
import { SipCounters } from "./transport/counters.ts";
import { externalAddress } from "./transport/external-address.ts";
import { machineNetwork } from "./transport/machine-network.ts";
import { protocolsWith } from "./transport/protocols.ts";
import { type Listening, SipTransport } from "./transport/sip-transport.ts";
import type { TlsSettings } from "./transport/transport-options.ts";
import { UserAgents } from "./user-agents.ts";

/** Most dialogs that another process goes on with and that are remembered. */
const MAX_ELSEWHERE = 50_000;

/** Settings of the SIP side. */
export interface SipStackOptions {
	/** The one IP address to listen on; empty for all, IPv4 and IPv6. */
	readonly address: string;
	/** Among all addresses, the one to be reached by while this machine has it; it may move to another machine. */
	readonly movingAddress?: string | undefined;
	/** For UDP and TCP. */
	readonly port: number;
	/** DNS servers; empty for the operating system's look-up. */
	readonly dnsServers: readonly string[];
	/** Absent: no TLS, neither as server nor as client. */
	readonly tls?: TlsSettings;
	/** How many connections peers may hold open, TCP and TLS together. */
	readonly limits: ConnectionLimits;
	/** Send requests to where a phone's packets came from when its Contact is unreachable. */
	readonly fixContact: boolean;
	/**
	 * Our address as peers beyond a NAT see it: an IP address, `auto` to learn it from them, empty without a
	 * NAT.
	 */
	readonly externalAddress: string;
	/** CRLFCRLF for phones behind NAT: every 30 s on UDP, every 180 s on streams, while a dialog uses the flow. */
	readonly keepAlives: boolean;
	/** Value of User-Agent. */
	readonly userAgent: string;
	/** Session interval to ask phones for (RFC 4028), in seconds; 0 for none. */
	readonly sessionInterval: number;
	/** Credentials for 401 and 407. */
	readonly accounts: readonly SipAccount[];
	/**
	 * Secret by which a process recognizes the answers to INVITEs of the one before it, 32 bytes; by default one that no
	 * other process has. With a key, see `SipStack.restored`.
	 */
	readonly callIdKey?: Uint8Array;
	/** Holds back what arrives while it is closed; by default everything is handled at once. */
	readonly gate?: Pick<Gate, "isOpen" | "hold">;
	readonly clock: Clock;
	readonly timers: TimerValues;
	readonly log: Logger;
}

/** The state of the SIP side. */
export interface SipFigures {
	/** Legs in progress. */
	readonly legs: number;
	/** Open transactions, including those whose messages may still be retransmitted. */
	readonly transactions: { readonly clients: number; readonly servers: number };
	readonly connections: { readonly TCP: number; readonly TLS: number };
	readonly messages: SipCounters;
	readonly repetitions: Readonly<TransactionCounters>;
}

interface Parts {
	readonly transport: SipTransport;
	readonly transactions: TransactionLayer;
	readonly resolver: Resolver;
	readonly agents: UserAgents;
	readonly endpoint: Endpoint;
	readonly lateAnswers: LateAnswers;
	readonly counters: SipCounters;
}

/** The layers of the SIP side, each built on those below it: sockets, transactions, user agents. */
export class SipStack {
	readonly endpoint: Endpoint;
	readonly #parts: Parts;

	private constructor(parts: Parts) {
		this.endpoint = parts.endpoint;
		this.#parts = parts;
	}

	/**
	 * Opens the sockets and starts listening.
	 * @throws {BindError} when a socket cannot be opened.
	 * @throws {ResolveError} when a DNS server is not an IP address.
	 */
	static async start(options: SipStackOptions): Promise<SipStack> {
		const { address, port, tls, keepAlives, clock, timers, dnsServers, log } = options;
		const counters = new SipCounters();
		const external = externalAddress(options.externalAddress);
		const transport = await SipTransport.listen({
			address,
			movingAddress: options.movingAddress,
			port,
			...(tls && { tls }),
			keepAlives,
			limits: options.limits,
			external,
			clock,
			log,
			counters,
			machine: machineNetwork,
		});
		const resolver = new Resolver({
			servers: dnsServers,
			families: transport.families,
			protocols: protocolsWith(({ secure }) => tls !== undefined || !secure),
			log,
			clock,
		});
		const agents = new UserAgents(external);
		const transactions = new TransactionLayer({ clock, timers, user: agents, transport, log });
		const callIds = new CallIds(options.callIdKey);
		if (options.gate) {
			// A phone sends a request for 64*T1, perhaps to the process that was here before.
			const patience = 64 * timers.t1;
			const until = clock.now() + patience;
			agents.rememberElsewhere(
				new ExpiringMap(clock, patience, MAX_ELSEWHERE),
				(callId) => clock.now() < until && callIds.made(callId),
			);
		}
		const network = { transport, resolver, transactions };
		const endpoint = new Endpoint({ ...options, network, callIds, agents });
		const lateAnswers = new LateAnswers({
			callIds,
			legWith: (callId) => agents.legWith(callId),
			isElsewhere: (callId) => agents.isElsewhere(callId),
			send: (text, flow) => transactions.sendRequest(text, flow),
			clock,
			timers,
		});
		const reception = new Reception({ ...options, transactions, agents, resolver, counters });
		transport.start(options.gate ? new GatedReception(reception, options.gate) : reception);
		const stack = new SipStack({
			endpoint,
			transport,
			transactions,
			resolver,
			agents,
			lateAnswers,
			counters,
		});
		if (!options.callIdKey) stack.restored();
		return stack;
	}

	/**
	 * All calls of the process before this one are restored. From now on an answer to one of its INVITEs that belongs to no
	 * leg ends what it has begun; until now such answers are dropped, and phones repeat them.
	 */
	restored(): void {
		this.#parts.agents.expectLateAnswers(this.#parts.lateAnswers);
	}

	/** Shows another certificate on new TLS connections. @throws {Error} the system's if it can listen no more. */
	renewCertificate(identity: TlsIdentity): void {
		this.#parts.transport.renewCertificate(identity);
	}

	/**
	 * The machine may have slept, and what was valid by its clock may have expired. The registration is
	 * renewed; dead streams show when something is sent on them.
	 */
	wokeUp(): void {
		this.#parts.resolver.forget();
		this.#parts.transport.wokeUp();
		this.#parts.agents.wokeUp();
	}

	/** What it listens on. */
	get listening(): readonly Listening[] {
		return this.#parts.transport.listening;
	}

	/** False once its sockets have closed. */
	get open(): boolean {
		return this.#parts.transport.open;
	}

	/** The current state, for callers that ask now and then. */
	get figures(): SipFigures {
		return {
			legs: this.#parts.agents.legs,
			transactions: this.#parts.transactions.open,
			connections: this.#parts.transport.connections,
			messages: this.#parts.counters,
			repetitions: this.#parts.transactions.counters,
		};
	}

	/** Stops at once; open legs are dropped. */
	close(): void {
		this.#parts.agents.close();
		this.#parts.transactions.close();
		this.#parts.transport.close();
	}
}
