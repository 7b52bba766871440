import type { Logger } from "../../../../src/log/logger.ts";
import { readMessage } from "../../../../src/sip/message/reader.ts";
import type { ServerLimits } from "../../../../src/sip/reliability/server-transactions.ts";
import { TransactionLayer } from "../../../../src/sip/reliability/transaction-layer.ts";
import { RFC_TIMERS } from "../../../../src/sip/reliability/types.ts";
import type { IncomingRequestMessage, IncomingResponseMessage } from "../../../../src/sip/sipjs/core.ts";
import {
	type Flow,
	type HostPort,
	type Target,
	TransportError,
} from "../../../../src/sip/transport/types.ts";
import { FakeClock } from "../../../support/fake-clock.ts";

export const silentLog: Logger = {
	crit() {},
	err() {},
	warning() {},
	info() {},
	debug() {},
	stack() {},
	enabled: () => false,
	child: () => silentLog,
};

/** Writes down what was sent and when; loses or refuses what a test wants lost or refused. */
export class FakeFlow implements Flow {
	readonly remote: HostPort = { address: "192.0.2.9", port: 5060 };
	readonly local: HostPort = { address: "192.0.2.1", port: 5072 };
	readonly sent: { at: number; text: string }[] = [];
	open = true;
	broken = false;
	/** Runs when a request on it has had no answer at all. */
	onUnanswered: (since: number) => void = () => {};
	/** How often the peer was doubted. */
	doubts = 0;

	constructor(
		readonly clock: FakeClock,
		readonly protocol: "UDP" | "TCP" | "TLS",
		remote?: HostPort,
	) {
		if (remote) this.remote = remote;
	}

	get reliable(): boolean {
		return this.protocol !== "UDP";
	}

	get times(): number[] {
		return this.sent.map(({ at }) => at);
	}

	get texts(): string[] {
		return this.sent.map(({ text }) => text);
	}

	unanswered(since: number): void {
		this.onUnanswered(since);
	}

	doubt(): void {
		this.doubts += 1;
	}

	send(message: string | Uint8Array): void {
		if (this.broken) throw new TransportError("broken");
		this.sent.push({ at: this.clock.now(), text: String(message) });
	}
}

/** Answers a request with a response that stands for it: it has the branch and the Via of the request. */
export function answerBy(layer: TransactionLayer, text: string): void {
	const read = readMessage(Buffer.from(text));
	if (read.kind !== "response") throw new Error("a response was expected");
	layer.sendResponse(text, read.message, read.message.statusCode ?? 0);
}

/** A layer, what its user heard, and the flows that it opened for responses. */
export function makeLayer(protocol: "UDP" | "TCP" | "TLS" = "UDP", serverLimits?: ServerLimits) {
	const clock = new FakeClock();
	const flow = new FakeFlow(clock, protocol);
	const requests: string[] = [];
	const responses: string[] = [];
	const opened: FakeFlow[] = [];
	const targets: Target[] = [];
	const hooks: {
		onRequest?: (request: IncomingRequestMessage) => void;
		onResponse?: (response: IncomingResponseMessage) => void;
	} = {};
	const layer = new TransactionLayer({
		clock,
		timers: RFC_TIMERS,
		log: silentLog,
		user: {
			onRequest(request) {
				requests.push(`${request.method} ${request.cseq}`);
				hooks.onRequest?.(request);
			},
			onResponse(response) {
				responses.push(`${response.statusCode} ${response.method} ${response.toTag ?? "-"}`);
				hooks.onResponse?.(response);
				return true;
			},
		},
		transport: {
			datagramFlow(remote) {
				const made = new FakeFlow(clock, "UDP", remote);
				opened.push(made);
				return made;
			},
			flowTo(target: Target) {
				targets.push(target);
				const { protocol, address, port } = target;
				const made = new FakeFlow(clock, protocol, { address, port });
				opened.push(made);
				return Promise.resolve(made);
			},
		},
		...(serverLimits !== undefined && { serverLimits }),
	});
	return { clock, flow, layer, requests, responses, opened, targets, hooks };
}

interface Parts {
	branch?: string;
	cseq?: number;
	toTag?: string;
	via?: string;
	extra?: string;
}

const CALL = (cseq: number, method: string, toTag: string | undefined) =>
	`From: <sip:us@192.0.2.1>;tag=us\r\nTo: <sip:alice@192.0.2.9>${toTag ? `;tag=${toTag}` : ""}\r\n` +
	`Call-ID: call-1\r\nCSeq: ${cseq} ${method}\r\n`;

/** A request that we send, or that a peer sends when `via` is the peer's. */
export function requestText(method: string, parts: Parts = {}): string {
	const { branch = "z9hG4bKone", cseq = 1, toTag, extra = "" } = parts;
	const via = parts.via ?? `SIP/2.0/UDP 192.0.2.1:5072;rport;branch=${branch}`;
	return (
		`${method} sip:alice@192.0.2.9 SIP/2.0\r\nVia: ${via}\r\nMax-Forwards: 70\r\n${extra}` +
		`${CALL(cseq, method, toTag)}Content-Length: 0\r\n\r\n`
	);
}

export function responseText(status: number, method: string, parts: Parts = {}): string {
	const { branch = "z9hG4bKone", cseq = 1, toTag, extra = "" } = parts;
	const via = parts.via ?? `SIP/2.0/UDP 192.0.2.1:5072;rport;branch=${branch}`;
	return `SIP/2.0 ${status} Whatever\r\nVia: ${via}\r\n${extra}${CALL(cseq, method, toTag)}Content-Length: 0\r\n\r\n`;
}

export function request(method: string, parts: Parts = {}): IncomingRequestMessage {
	const result = readMessage(Buffer.from(requestText(method, parts)));
	if (result.kind === "request") return result.message;
	throw new Error(`not a request: ${JSON.stringify(result)}`);
}

export function response(status: number, method: string, parts: Parts = {}): IncomingResponseMessage {
	const result = readMessage(Buffer.from(responseText(status, method, parts)));
	if (result.kind === "response") return result.message;
	throw new Error(`not a response: ${JSON.stringify(result)}`);
}
