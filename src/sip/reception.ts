import { LimitedLog } from "../log/limited-log.ts";
import type { Logger } from "../log/logger.ts";
import type { Clock } from "../time/clock.ts";
import { releaseStrayAnswer } from "./leg/stray-answer.ts";
import type { ReadResult } from "./message/read-result.ts";
import { readMessage } from "./message/reader.ts";
import { stampVia } from "./message/writer.ts";
import type { TransactionLayer } from "./reliability/transaction-layer.ts";
import type { Resolver } from "./resolve/resolver.ts";
import type { IncomingResponseMessage } from "./sipjs/core.ts";
import { StatelessServer } from "./stateless-server.ts";
import type { SipCounters } from "./transport/counters.ts";
import type { Flow, TransportUser } from "./transport/types.ts";
import type { UserAgents } from "./user-agents.ts";

/** The parts and settings of the reception. */
export interface ReceptionOptions {
	/** Value of User-Agent. */
	readonly userAgent: string;
	readonly transactions: Pick<
		TransactionLayer,
		"receiveRequest" | "receiveResponse" | "sendRequest" | "sendStateless" | "flowClosed" | "flowUnreachable"
	>;
	readonly agents: Pick<UserAgents, "expects" | "mayBeElsewhere" | "flowClosed" | "networkChanged">;
	readonly resolver: Pick<Resolver, "forget">;
	readonly clock: Clock;
	readonly log: Logger;
	/** Counts incoming messages. */
	readonly counters?: SipCounters | undefined;
}

/**
 * Takes in what arrives on the sockets: reads each message, passes it to the transaction layer, and answers
 * requests that belong to no leg.
 */
export class Reception implements TransportUser {
	readonly #options: ReceptionOptions;
	readonly #strangers: StatelessServer;
	/** Logs messages that cannot be read. */
	readonly #rubbish: LimitedLog;

	constructor(options: ReceptionOptions) {
		this.#options = options;
		const { userAgent, transactions, log, clock } = options;
		this.#rubbish = new LimitedLog(log, clock);
		this.#strangers = new StatelessServer({
			userAgent,
			send: (text, flow) => transactions.sendStateless(text, flow),
			log,
		});
	}

	onMessage(bytes: Uint8Array, flow: Flow): void {
		const { agents, counters, transactions } = this.#options;
		const read = readMessage(bytes);
		if (read.kind === "broken") {
			this.#onBroken(read, bytes, flow);
		} else if (read.kind === "response") {
			const { message } = read;
			counters?.messagesReceived.response(message.statusCode ?? 0);
			if (!transactions.receiveResponse(message, flow)) this.#onStrayAnswer(message, flow);
		} else {
			const { message } = read;
			counters?.messagesReceived.request(message.method);
			stampVia(message, flow.remote.address, flow.remote.port);
			const isExpected = agents.expects(message);
			if (isExpected) flow.claim?.();
			if (!transactions.receiveRequest(message, flow, bytes.length, isExpected))
				this.#strangers.answer(message, bytes.length, flow, agents.mayBeElsewhere(message.callId));
		}
	}

	#onBroken({ reply, reason }: Extract<ReadResult, { kind: "broken" }>, bytes: Uint8Array, flow: Flow): void {
		const { counters } = this.#options;
		const { address, port } = flow.remote;
		if (counters) counters.errors[flow.protocol].message++;
		this.#rubbish.warning(() => `dropped a message from ${address}: ${reason}`);
		if (!reply) return;
		stampVia(reply, address, port);
		this.#strangers.refuse(reply, reason, bytes.length, flow);
	}

	#onStrayAnswer(answer: IncomingResponseMessage, flow: Flow): void {
		const { transactions } = this.#options;
		releaseStrayAnswer(answer, flow, (text, by) => transactions.sendRequest(text, by));
	}

	onClosed(flow: Flow, undelivered?: readonly string[]): void {
		const { agents, log, transactions } = this.#options;
		log.debug(() => `${flow.protocol} connection with ${flow.remote.address}:${flow.remote.port} closed`);
		transactions.flowClosed(flow, undelivered);
		agents.flowClosed(flow);
	}

	onUnreachable(flow: Flow): void {
		this.#options.transactions.flowUnreachable(flow);
	}

	onNetworkChange(addresses: ReadonlySet<string>): void {
		this.#options.resolver.forget();
		this.#options.agents.networkChanged(addresses);
	}
}
