import type { CallControl, CallFollowing, CallOrigin, CallResult } from "../call/types.ts";
import { RINGS_ON, ringsElsewhere } from "../live/handed-over.ts";
import type { LimitedLog } from "../log/limited-log.ts";
import type { Logger } from "../log/logger.ts";
import type { Turns } from "../net/fair-turns.ts";
import { type OutputBudget, OutputQueue, type Schedule, type Sink } from "../net/output-queue.ts";
import { PARSE_ERROR } from "./bad-request.ts";
import { type BrokenFrame, Framer, type RequestFrame } from "./framer.ts";
import type { Order } from "./order.ts";
import { type ClickToCall, readRequest } from "./request.ts";
import { AnswerWriter, idLine } from "./response.ts";
import { type CallsToTell, callLines, serverLines, statusPage } from "./status.ts";

const NO_SUCH_CALL = "No such call";
/** A call that went down with a process that kept no records of calls. */
const UNKNOWN_END = { code: 487, text: "The server went down during the call" };
const TOO_MANY_FOLLOW = "Too many clients follow this call";

/** Bytes that were not read yet, beyond which the client has to wait before it sends more. */
const MAX_UNREAD_BYTES = 65_536;

/** What a connection needs of its socket. */
export interface ClientSocket extends Sink {
	/** Closes both directions; what was written before still arrives. */
	end(): void;
	/** Tells the client that no more comes, and waits a little for it to close. */
	linger(): void;
	/** Takes no more bytes from the client until `resume`. */
	pause(): void;
	resume(): void;
	/** Drops the connection at once. */
	terminate(): void;
}

export interface ConnectionOptions {
	readonly socket: ClientSocket;
	/** Address of the client. */
	readonly peer: string;
	readonly calls: CallControl & CallFollowing;
	/** What `<Status>` reports. */
	readonly live: CallsToTell;
	readonly log: Logger;
	/** Where requests that are refused are logged. */
	readonly refusals: LimitedLog;
	/** When requests are read: one per turn. */
	readonly turns: Turns;
	/** Shared by all clients. */
	readonly budget?: OutputBudget | undefined;
	/** When results are written; the end of the turn by default. */
	readonly schedule?: Schedule | undefined;
}

/**
 * One client of the XML socket: its requests in, their results out. Its calls do not need it: when
 * it goes, they go on and their results are dropped.
 *
 *     open ──▶ half-closed ──▶ closed      the client sends no more; its results still come
 *       └────▶ lingering ────▶ closed      the stream makes no sense any more
 */
export class Connection {
	readonly #options: ConnectionOptions;
	readonly #origin: CallOrigin;
	readonly #framer = new Framer();
	readonly #output: OutputQueue;
	#state: "open" | "half-closed" | "lingering" | "closed" = "open";
	/** Calls that this client has resumed, by id, and how to end that. */
	readonly #resumed = new Map<string, () => void>();
	/** Calls of this client without a final result. */
	#callsInProgress = 0;
	/** Whether a turn to read the next request was asked for. */
	#inTurn = false;
	#paused = false;
	/** Bytes that came after the stream broke. */
	#discarded = 0;
	/** Whether the client sends no more than what has come. */
	#sentAll = false;

	constructor(options: ConnectionOptions) {
		this.#options = options;
		this.#origin = { via: "xml", peer: options.peer };
		this.#output = new OutputQueue(options.socket, options.schedule, options.budget);
	}

	get #waitsForResults(): boolean {
		return this.#callsInProgress > 0 || this.#resumed.size > 0;
	}

	/** Bytes from the client. */
	data(chunk: Uint8Array): void {
		if (this.#state === "lingering") this.#discard(chunk.length);
		if (this.#state !== "open") return;
		this.#framer.push(chunk);
		this.#askForTurn();
		if (this.#paused || this.#framer.unread <= MAX_UNREAD_BYTES) return;
		this.#paused = true;
		this.#options.socket.pause();
	}

	/** The socket takes more bytes. */
	drain(): void {
		this.#output.drain();
		this.#endWhenDone();
	}

	/** The client sends no more, but may still read (RFC 9293 section 3.6). */
	halfClosed(): void {
		if (this.#state === "lingering") {
			this.#options.socket.end();
			return;
		}
		if (this.#state !== "open") return;
		this.#sentAll = true;
		if (!this.#inTurn) this.#halfClose();
	}

	/** The connection is gone; requests that had come before are carried out. */
	closed(): void {
		this.#state = "closed";
		this.#output.close();
		for (const end of this.#resumed.values()) end();
		this.#resumed.clear();
	}

	/** Writes what can be written now, then closes. */
	shutDown(): void {
		this.#framer.stop();
		if (this.#state === "closed") return;
		this.#output.flush();
		this.#options.socket.end();
	}

	/** Bytes that nobody reads. A client that keeps sending has to wait until the connection closes, as reading costs time. */
	#discard(octets: number): void {
		this.#discarded += octets;
		if (this.#paused || this.#discarded <= MAX_UNREAD_BYTES) return;
		this.#paused = true;
		this.#options.socket.pause();
	}

	#askForTurn(): void {
		if (this.#inTurn) return;
		this.#inTurn = true;
		this.#options.turns.take(this.#options.peer, this.#turn);
	}

	/** Reads one request. */
	readonly #turn = (): void => {
		this.#inTurn = false;
		const frame = this.#framer.next();
		if (frame?.kind === "broken") this.#breakOff(frame);
		else if (frame) this.#request(frame);
		if (this.#framer.unread > 0) this.#askForTurn();
		else if (this.#sentAll && !this.#inTurn) this.#halfClose();
		if (!this.#paused || this.#framer.unread > MAX_UNREAD_BYTES) return;
		this.#paused = false;
		if (this.#state === "open" || this.#state === "lingering") this.#options.socket.resume();
	};

	#halfClose(): void {
		if (this.#state !== "open") return;
		if (this.#framer.partial) this.#options.log.debug("the client left in the middle of a request");
		this.#state = "half-closed";
		this.#output.flush();
		this.#endWhenDone();
	}

	#request(frame: RequestFrame): void {
		const { peer, refusals } = this.#options;
		const answers = new AnswerWriter(frame);
		const request = readRequest(frame);
		switch (request.kind) {
			case "bad":
				refusals.info(() => `request from ${peer} refused: ${request.text}`);
				return this.#send(answers, refusal(400, request.text));
			case "click-to-call":
				return this.#place(answers, request);
			default:
				return this.#obey(answers, request);
		}
	}

	#place(answers: AnswerWriter, { initiator, destination, anchor, wantId }: ClickToCall): void {
		const { calls, peer, log } = this.#options;
		try {
			const placed = calls.place({ initiator, destination, anchor, origin: this.#origin });
			if (!placed.accepted) return this.#send(answers, placed.result);
			this.#callsInProgress += 1;
			placed.listen((result) => {
				if (result.final) this.#callsInProgress -= 1;
				this.#send(answers, result, wantId && result.translated ? idLine(placed.id) : "");
			});
		} catch (error) {
			log.err(() => `call for ${peer} could not be placed: ${error}`);
			this.#send(answers, refusal(500, "Internal error"));
		}
	}

	#obey(answers: AnswerWriter, order: Order): void {
		const { calls, live, peer, log } = this.#options;
		if (order.kind === "hangup") {
			// The final result comes first, for the client that asked for the call.
			const call = live.get(order.id);
			if (!calls.hangUp(order.id)) return this.#send(answers, refusal(404, NO_SUCH_CALL));
			log.info(() => `call ${order.id} was hung up by ${peer}`);
			const text = call && ringsElsewhere(call) ? `Hung up; ${RINGS_ON}` : "Hung up";
			return this.#send(answers, { code: 200, text, final: true });
		}
		if (order.kind === "resume") return this.#resume(answers, order.id);
		const server = serverLines(live, calls.draining);
		if (order.id !== undefined) {
			const call = live.get(order.id);
			if (!call) return this.#send(answers, refusal(404, NO_SUCH_CALL));
			return this.#send(answers, { code: 200, text: "OK", final: true }, server + callLines(call));
		}
		const { lines, more } = statusPage(live, order.after);
		const text = more ? "More calls follow: ask again with Next as After" : "OK";
		this.#send(answers, { code: 200, text, final: true }, server + lines);
	}

	/** What a call is now, and its results from now on. */
	#resume(answers: AnswerWriter, id: string): void {
		const { calls, live, peer, log } = this.#options;
		const call = live.get(id);
		if (!call) return this.#send(answers, refusal(404, NO_SUCH_CALL));
		if (call.result || call.state === "ended")
			return this.#send(answers, { ...(call.result ?? UNKNOWN_END), final: true }, callLines(call));
		// Who asks again for the same call wants its results in answer to the latter.
		this.#resumed.get(id)?.();
		const end = calls.follow(id, (result) => {
			if (result.final) this.#resumed.delete(id);
			this.#send(answers, result);
		});
		if (!end) {
			this.#resumed.delete(id);
			return this.#send(answers, refusal(503, TOO_MANY_FOLLOW));
		}
		this.#resumed.set(id, end);
		log.info(() => `the results of call ${id} go to ${peer}, too`);
		this.#send(answers, { code: 100, text: "Resumed", final: false }, callLines(call));
	}

	#send(answers: AnswerWriter, result: CallResult, first = ""): void {
		if (this.#state !== "open" && this.#state !== "half-closed") return;
		if (!this.#output.pushText(answers.write(result, first))) {
			this.#options.log.warning("the client does not read its results: connection closed, its calls go on");
			this.#framer.stop();
			this.closed();
			this.#options.socket.terminate();
			return;
		}
		if (this.#state === "half-closed" && !this.#waitsForResults) {
			this.#output.flush();
			this.#endWhenDone();
		}
	}

	#breakOff({ reason, text = PARSE_ERROR }: BrokenFrame): void {
		if (this.#state !== "open") return;
		const { peer, refusals, socket } = this.#options;
		refusals.warning(() => `connection from ${peer} closed: ${reason}`);
		this.#send(new AnswerWriter(), refusal(400, text));
		this.#output.flush();
		this.#state = "lingering";
		socket.linger();
	}

	#endWhenDone(): void {
		if (this.#state !== "half-closed" || this.#waitsForResults || this.#output.waiting > 0) return;
		this.#options.socket.end();
	}
}

function refusal(code: number, text: string): CallResult {
	return { code, text, final: true };
}
