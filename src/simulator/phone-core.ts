import { randomBytes } from "node:crypto";
import { type HostPort, parameterOf, parseUri, writeHostPort } from "./addresses.ts";
import { type Behaviour, type BehaviourRule, behaviourFor, defineBehaviour } from "./behaviour.ts";
import type { Channel, PhoneProtocol, SocketUser } from "./channel.ts";
import { checkResponse } from "./checks.ts";
import { ClientTransactions } from "./client-transactions.ts";
import type { DialOptions, PhoneEvent } from "./context.ts";
import { LocalDescription } from "./local-description.ts";
import type { CallContext, PhoneCall } from "./phone-call.ts";
import type { PhoneOptions } from "./phone-options.ts";
import { type DispatcherPhone, RequestDispatcher } from "./request-dispatcher.ts";
import type { Session } from "./session.ts";
import { SessionTable } from "./session-table.ts";
import { PhoneSockets } from "./sockets.ts";
import type { Speech } from "./speech.ts";
import { PHONE_TIMERS, type PhoneTimers, SYSTEM_CLOCK, TimerSet } from "./timers.ts";
import { UacCall } from "./uac-call.ts";
import { readMessage, type SipMessage } from "./wire.ts";

const DEFAULT_PORT = 5060;
/**
 * Media ports: even, and below those that systems give to sockets. Nobody listens there, and what a server sends there
 * must not reach another phone's SIP port.
 */
const FIRST_MEDIA_PORT = 12_000;
const MEDIA_PORTS = 10_000;

/** What a phone counts; light mode keeps nothing else of calls that are over. */
export interface PhoneCounters {
	incoming: number;
	outgoing: number;
	answered: number;
	ended: number;
	/** Retransmitted requests and final responses received. */
	repeatedIn: number;
	/** Requests and responses that were retransmitted. */
	repeatedOut: number;
}

/** The internals of a phone: its sockets, transactions, dialogs and calls. */
export class PhoneCore implements CallContext, DispatcherPhone, SocketUser {
	readonly context = this;
	readonly record: boolean;
	readonly timers: PhoneTimers;
	readonly clock: TimerSet;
	readonly clients: ClientTransactions;
	readonly sessions: SessionTable;
	readonly calls = new Set<PhoneCall>();
	readonly faults: string[] = [];
	readonly listeners = new Set<(event: PhoneEvent, call: PhoneCall) => void>();
	readonly named: Map<string, BehaviourRule>;
	readonly counters: PhoneCounters = {
		incoming: 0,
		outgoing: 0,
		answered: 0,
		ended: 0,
		repeatedIn: 0,
		repeatedOut: 0,
	};
	readonly #options: PhoneOptions;
	readonly #fallback: Behaviour;
	readonly #dispatcher: RequestDispatcher;
	readonly #prefix = randomBytes(8).toString("hex");
	#ids = 0;
	#media = randomBytes(2).readUInt16BE();
	#sessionId = randomBytes(4).readUInt32BE();
	#pending = 0;
	#idle: (() => void)[] = [];
	#sockets: PhoneSockets | undefined;

	constructor(options: PhoneOptions) {
		this.#options = options;
		this.record = options.record ?? true;
		this.timers = options.timers ?? PHONE_TIMERS;
		this.clock = new TimerSet(options.clock ?? SYSTEM_CLOCK);
		this.#fallback = defineBehaviour(options.behaviour ?? {});
		this.named = new Map(Object.entries(options.behaviours ?? {}));
		this.sessions = new SessionTable(64 * this.timers.t1, () => this.clock.now());
		this.clients = new ClientTransactions({
			clock: this.clock,
			timers: this.timers,
			repeated: (direction) => this.repeated(direction),
			count: (step) => this.count(step),
			stray: (response) => this.#onStray(response),
		});
		this.#dispatcher = new RequestDispatcher(this);
	}

	/** @throws {Error} of the system when the address or port is not available. */
	async open(): Promise<void> {
		this.#sockets = await PhoneSockets.open(this.#options, this);
	}

	get port(): number {
		return this.#sockets?.port ?? 0;
	}

	get local(): HostPort {
		return this.#options.advertise ?? { address: this.#options.address, port: this.port };
	}

	/** Waits until nothing is pending. */
	idle(): Promise<void> {
		if (this.#pending === 0) return Promise.resolve();
		return new Promise((resolve) => this.#idle.push(resolve));
	}

	/** Notes what the peers left open, and closes everything. */
	close(): void {
		for (const session of this.sessions.all()) {
			if (session.unacknowledged) session.call.fault("the phone stopped before an ACK came to its 200");
			if (session.state !== "ended") session.call.fault("the phone stopped before a BYE came");
		}
		this.clock.clear();
		this.#sockets?.close();
		for (const resolve of this.#idle.splice(0)) resolve();
	}

	onMessage(text: string, channel: Channel): void {
		const start = skipEmptyLines(text);
		if (start === text.length) return;
		const whole = start === 0 ? text : text.slice(start);
		let message: SipMessage;
		try {
			message = readMessage(whole, channel.protocol === "UDP");
		} catch (error) {
			this.fault(`unreadable message: ${error instanceof Error ? error.message : String(error)}`);
			return;
		}
		if (message.status === 0) this.#dispatcher.onRequest(message, whole, channel);
		else {
			for (const fault of checkResponse(message)) {
				this.fault(`${message.status} to ${message.method} ${message.header("call-id") ?? ""}: ${fault}`);
			}
			this.clients.onResponse(message, whole);
		}
	}

	onBroken(reason: string): void {
		this.fault(`broken stream: ${reason}`);
	}

	onClosed(channel: Channel): void {
		this.clients.failed(channel);
	}

	id(): string {
		this.#ids++;
		return this.#prefix + this.#ids.toString(36);
	}

	contactUri(user: string, protocol: PhoneProtocol): string {
		const name = user === "" ? "" : `${user}@`;
		return `sip:${name}${writeHostPort(this.local)}${protocol === "TCP" ? ";transport=tcp" : ""}`;
	}

	channelTo(uri: string, usual: PhoneProtocol): Channel | undefined {
		const parts = parseUri(uri);
		const sockets = this.#sockets;
		if (parts === undefined || parts.scheme !== "sip" || sockets === undefined) return undefined;
		const transport = parameterOf(parts.parameters, "transport")?.toLowerCase();
		const wanted = transport === "tcp" ? "TCP" : transport === "udp" ? "UDP" : undefined;
		// RFC 3263 section 4.1: UDP for an address without transport, unless the phone does not speak it.
		const protocol = wanted ?? (sockets.speaks("UDP") ? "UDP" : usual);
		const address = this.#resolve(parts.host);
		if (address === undefined) return undefined;
		const target = { address, port: parts.port === 0 ? DEFAULT_PORT : parts.port };
		const hop = protocol === "UDP" ? (this.#options.nextHop?.(target) ?? target) : target;
		return sockets.speaks(protocol) ? sockets.to(protocol, hop) : sockets.to(usual, hop);
	}

	newDescription(speech: Speech): LocalDescription {
		this.#media++;
		this.#sessionId++;
		const port = FIRST_MEDIA_PORT + 2 * (this.#media % MEDIA_PORTS);
		return new LocalDescription(this.local.address, port, String(this.#sessionId), speech);
	}

	redirectTargets(): readonly string[] {
		const { redirectTo } = this.#options;
		return [redirectTo ?? this.contactUri("answer", this.#options.protocol === "TCP" ? "TCP" : "UDP")];
	}

	opened(session: Session): void {
		this.sessions.add(session);
	}

	disposed(session: Session): void {
		this.sessions.remove(session);
	}

	findSession(callId: string, localTag: string, remoteTag: string): Session | undefined {
		return this.sessions.find(callId, localTag, remoteTag);
	}

	count(step: 1 | -1): void {
		this.#pending += step;
		if (this.#pending === 0) for (const resolve of this.#idle.splice(0)) resolve();
	}

	repeated(direction: "in" | "out"): void {
		if (direction === "in") this.counters.repeatedIn++;
		else this.counters.repeatedOut++;
	}

	fault(text: string): void {
		this.faults.push(text);
	}

	changed(event: PhoneEvent, call: PhoneCall): void {
		if (event === "answered") this.counters.answered++;
		if (event === "ended") {
			this.counters.ended++;
			if (!this.record) this.calls.delete(call);
		}
		for (const listener of this.listeners) listener(event, call);
	}

	dial(target: string, options: DialOptions): PhoneCall {
		const call = new UacCall(this, target, options);
		this.counters.outgoing++;
		this.calls.add(call);
		call.start();
		return call;
	}

	add(call: PhoneCall): void {
		this.counters.incoming++;
		this.calls.add(call);
	}

	behaviourFor(user: string): Behaviour {
		return behaviourFor(user, { named: this.named, fallback: this.#fallback });
	}

	isOurs(host: string, port: number): boolean {
		const { local } = this;
		if (host === local.address) return port === local.port || (port === 0 && local.port === DEFAULT_PORT);
		// A name may mean this phone through DNS; another address does not.
		return !host.includes(":") && !/^[\d.]+$/.test(host);
	}

	channelBack(channel: Channel, port: number): Channel {
		return this.#sockets?.to(channel.protocol, { address: channel.remote.address, port }) ?? channel;
	}

	#resolve(host: string): string | undefined {
		if (host.includes(":") || /^[\d.]+$/.test(host)) return host;
		if (host.toLowerCase() === "localhost") return this.#options.address.includes(":") ? "::1" : "127.0.0.1";
		return this.#options.resolve?.(host);
	}

	#onStray(response: SipMessage): void {
		this.fault(
			`${response.status} to ${response.method} ${response.header("call-id") ?? ""}: no such request was sent`,
		);
	}
}

function skipEmptyLines(text: string): number {
	let index = 0;
	while (text.startsWith("\r\n", index)) index += 2;
	return index;
}
