import type { SipAccount } from "../../src/sip/auth/digest-session.ts";
import { Endpoint } from "../../src/sip/endpoint.ts";
import { LateAnswers } from "../../src/sip/late-answers.ts";
import { CallIds } from "../../src/sip/leg/call-ids.ts";
import type { Leg } from "../../src/sip/leg/leg.ts";
import type { LegRecord } from "../../src/sip/leg/leg-record.ts";
import type {
	AnsweredDelegate,
	CallingDelegate,
	LegOrder,
	OfferReply,
	Restoring,
	TransferRequest,
} from "../../src/sip/leg/types.ts";
import { parseUri } from "../../src/sip/message/uri.ts";
import { Reception } from "../../src/sip/reception.ts";
import { TransactionLayer } from "../../src/sip/reliability/transaction-layer.ts";
import { RFC_TIMERS } from "../../src/sip/reliability/types.ts";
import type { URI } from "../../src/sip/sipjs/grammar.ts";
import type { Flow, Target } from "../../src/sip/transport/types.ts";
import { UserAgents } from "../../src/sip/user-agents.ts";
import type { Clock } from "../../src/time/clock.ts";
import { FakeClock } from "./fake-clock.ts";
import { MemoryLogger } from "./memory-logger.ts";

export const PHONE_SDP =
	"v=0\r\no=phone 1 1 IN IP4 192.0.2.9\r\ns=-\r\nc=IN IP4 192.0.2.9\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\na=sendrecv\r\n";

const CALL_IDS = new CallIds();

type PhoneDelegate = CallingDelegate & AnsweredDelegate;

/** What a phone puts into a message beyond what the request dictates. */
export interface PhoneOptions {
	/** The phone's tag; empty for a phone that has none (RFC 2543). */
	readonly tag?: string;
	readonly headers?: readonly string[];
	readonly sdp?: string;
	/** A body of another kind. */
	readonly body?: string;
	/** False to leave the Contact out. */
	readonly contact?: boolean;
}

/** Endpoint, transaction layer and legs above a flow that a test plays the phone on. */
export class LegBench {
	readonly clock = new FakeClock();
	readonly log = new MemoryLogger();
	readonly sent: string[] = [];
	readonly heard: string[] = [];
	/** Answers the phone's early offer. */
	answerEarly: ((sdp: string | undefined) => void) | undefined;
	/** Answers the phone's last offer, where a test does so itself. */
	reply: OfferReply | undefined;
	/** The phone's last REFER. */
	transfer: TransferRequest | undefined;
	/** How often the flow is held for keep-alives. */
	held = 0;
	/** Targets that the resolver was told of. */
	readonly failed: Target[] = [];
	readonly endpoint: Endpoint;
	readonly reception: Reception;
	readonly flow: Flow;
	/** Where next hops lead to. */
	targets: Target[] = [{ protocol: "TCP", address: "192.0.2.9", port: 5060 }];
	/** URIs that the resolver was asked for. */
	readonly resolved: string[] = [];
	/** How a target is reached: at once by the one flow, unless a test says otherwise. */
	connect: (target: Target) => Flow | Promise<Flow> = () => this.flow;
	#cseq = 100;
	readonly #layerTimers = new Set<() => void>();
	/** The transaction layer keeps a timer of each length for later: they are counted apart. */
	readonly #layerClock: Clock = {
		now: () => this.clock.now(),
		after: (delay, task) => {
			const run = (): void => {
				this.#layerTimers.delete(run);
				task();
			};
			this.#layerTimers.add(run);
			const stop = this.clock.after(delay, run);
			return () => {
				this.#layerTimers.delete(run);
				stop();
			};
		},
	};

	/**
	 * @param accounts for 401 and 407.
	 * @param callIds by default of the same key on all benches.
	 */
	constructor(accounts: readonly SipAccount[] = [], callIds: CallIds = CALL_IDS) {
		this.flow = {
			protocol: "TCP",
			remote: { address: "192.0.2.9", port: 5060 },
			local: { address: "192.0.2.1", port: 5072 },
			reliable: true,
			open: true,
			send: (message) => {
				if (String(message).includes("$")) throw new Error(`a placeholder was sent: ${message}`);
				this.sent.push(String(message));
			},
		};
		const { clock, log, flow } = this;
		const agents = new UserAgents();
		const transactions = new TransactionLayer({
			clock: this.#layerClock,
			timers: RFC_TIMERS,
			user: agents,
			transport: { datagramFlow: () => flow, flowTo: () => flow },
			log,
		});
		const network = {
			transport: {
				flowTo: (target: Target) => this.connect(target),
				hold: () => {
					this.held += 1;
					return () => {
						this.held -= 1;
					};
				},
			},
			resolver: {
				resolve: (uri: URI) => {
					this.resolved.push(uri.toString());
					return this.targets;
				},
				failed: (target: Target) => void this.failed.push(target),
			},
			transactions,
		};
		agents.expectLateAnswers(
			new LateAnswers({
				callIds,
				legWith: (callId) => agents.legWith(callId),
				isElsewhere: (callId) => agents.isElsewhere(callId),
				send: (text, by) => transactions.sendRequest(text, by),
				clock: this.#layerClock,
				timers: RFC_TIMERS,
			}),
		);
		this.endpoint = new Endpoint({
			callIds,
			userAgent: "ClickToCall",
			sessionInterval: 1800,
			accounts,
			fixContact: true,
			network,
			agents,
			clock,
			timers: RFC_TIMERS,
			log,
		});
		const resolver = { forget: () => {} };
		this.reception = new Reception({ userAgent: "ClickToCall", transactions, agents, resolver, clock, log });
	}

	/** How many timers are set above the transaction layer. */
	get timers(): number {
		return this.clock.pending - this.#layerTimers.size;
	}

	/** Makes a leg and calls; every event is written into `heard`. */
	async call(
		offer = true,
		overrides: Partial<PhoneDelegate> = {},
		{
			to = "sip:phone@192.0.2.9",
			routeSet = [],
			headers = [],
			sound,
			watch,
		}: Partial<Pick<LegOrder, "routeSet" | "headers" | "sound" | "watch">> & {
			readonly to?: string;
		} = {},
	): Promise<Leg> {
		const leg = this.endpoint.createLeg({
			to: uri(to),
			from: uri("sip:click2call@example.com"),
			displayName: 'Say "hi"',
			offer,
			routeSet,
			headers,
			sound,
			watch,
		});
		const delegate = this.#delegate(() => offer && leg.acknowledge(), overrides);
		leg.call(delegate, delegate);
		await settle();
		return leg;
	}

	/** Takes a leg up that another bench has written down; every event is written into `heard`. */
	restore(record: LegRecord, how: Restoring, overrides: Partial<PhoneDelegate> = {}): Leg {
		const leg = this.endpoint.restoreLeg(record, how);
		leg.adopt(
			this.#delegate(() => {}, overrides),
			how.watch,
		);
		return leg;
	}

	#delegate(answered: () => void, overrides: Partial<PhoneDelegate>): PhoneDelegate {
		return {
			onProgress: (status) => this.heard.push(`progress ${status}`),
			onEarlyOffer: (_sdp, answer) => {
				this.heard.push("early offer");
				this.answerEarly = answer;
			},
			onAnswered: (sdp, early) => {
				this.heard.push(`answered${sdp ? " sdp" : ""}${early === "none" ? "" : ` ${early}`}`);
				answered();
			},
			onFailed: ({ status }) => this.heard.push(`failed ${status}`),
			onEnded: (cause) => this.heard.push(`ended ${cause}`),
			onOffer: (sdp, reply) => {
				this.heard.push(`offer${sdp ? " sdp" : ""}`);
				reply.accept(PHONE_SDP);
			},
			onAnswer: () => this.heard.push("answer"),
			onRefreshed: () => this.heard.push("refreshed"),
			onRequest: (request) => {
				this.heard.push(`${request.method} ${request.body?.content ?? ""}`);
				request.reply(200);
			},
			onTransfer: (request) => {
				this.heard.push(`transfer ${request.target} ${request.replaces ?? ""}`.trimEnd());
				this.transfer = request;
				request.accept();
			},
			...overrides,
		};
	}

	/** The last message sent, or the last request of a method. */
	last(method = ""): string {
		const found = this.sent.findLast((text) => text.startsWith(method));
		if (!found) throw new Error(`no ${method} was sent; sent: ${this.methods().join(", ")}`);
		return found;
	}

	/** First words of all that was sent. */
	methods(): string[] {
		return this.sent.map((text) =>
			text.startsWith("SIP/2.0") ? text.slice(8, 11) : text.slice(0, text.indexOf(" ")),
		);
	}

	/** The phone answers a request of ours. */
	async respond(request: string, status: number, options: PhoneOptions = {}): Promise<void> {
		const to = header(request, "To");
		const lines = [
			`SIP/2.0 ${status} Whatever`,
			`Via: ${header(request, "Via")}`,
			`From: ${header(request, "From")}`,
			`To: ${to.includes(";tag=") || status === 100 ? to : tagged(to, options.tag)}`,
			`Call-ID: ${header(request, "Call-ID")}`,
			`CSeq: ${header(request, "CSeq")}`,
			...(options.contact === false ? [] : ["Contact: <sip:phone@192.0.2.9:5060>"]),
			...(options.headers ?? []),
		];
		this.#receive(lines, options.sdp, options.body);
		await settle();
	}

	/** The phone sends a request in the dialog. */
	async request(
		leg: Pick<Leg, "id" | "callId" | "localTag">,
		method: string,
		options: PhoneOptions & { cseq?: number; type?: string; branch?: string; uri?: string } = {},
	): Promise<void> {
		const cseq = options.cseq ?? ++this.#cseq;
		const lines = [
			`${method} ${options.uri ?? `sip:${leg.id}@192.0.2.1:5072`} SIP/2.0`,
			`Via: SIP/2.0/TCP 192.0.2.9:5060;branch=${options.branch ?? `z9hG4bKphone${cseq}${method}`}`,
			"Max-Forwards: 70",
			`From: ${tagged("<sip:phone@192.0.2.9>", options.tag)}`,
			`To: <sip:click2call@example.com>;tag=${leg.localTag}`,
			`Call-ID: ${leg.callId}`,
			`CSeq: ${cseq} ${method}`,
			...(options.contact === false ? [] : ["Contact: <sip:phone@192.0.2.9:5060>"]),
			...(options.type ? [`Content-Type: ${options.type}`] : []),
			...(options.headers ?? []),
		];
		this.#receive(lines, options.sdp, options.body);
		await settle();
	}

	#receive(lines: string[], sdp: string | undefined, body = sdp ?? ""): void {
		if (sdp) lines.push("Content-Type: application/sdp");
		const text = [...lines, `Content-Length: ${Buffer.byteLength(body)}`, "", body].join("\r\n");
		this.reception.onMessage(new TextEncoder().encode(text), this.flow);
	}
}

function uri(text: string) {
	const found = parseUri(text);
	if (!found) throw new Error(`${text} is no URI`);
	return found;
}

function tagged(nameAddr: string, tag = "phone"): string {
	return tag === "" ? nameAddr : `${nameAddr};tag=${tag}`;
}

/** A bench with a leg that was answered and acknowledged. */
export async function answeredLeg(options: PhoneOptions = {}, overrides: Partial<PhoneDelegate> = {}) {
	const bench = new LegBench();
	const leg = await bench.call(true, overrides);
	await bench.respond(bench.last("INVITE"), 200, { sdp: PHONE_SDP, ...options });
	return { bench, leg };
}

/** The first value of a header field of a message. */
export function header(text: string, name: string): string {
	return new RegExp(`\r\n${name}: ([^\r]*)`, "i").exec(text)?.[1] ?? "";
}

/** Lets every promise that is ready run. */
export async function settle(): Promise<void> {
	for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}
