import { Database } from "bun:sqlite";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type {
	CallEnder,
	CallEvent,
	CallEventListener,
	CallSnapshot,
	CallState,
} from "../../../src/call/events.ts";
import { failure, inProgress, progress, refusal } from "../../../src/call/results.ts";
import type { CallOrigin, CallRequest, CallResult, LegName } from "../../../src/call/types.ts";
import { History } from "../../../src/history/history.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { MemoryLogger } from "../../support/memory-logger.ts";

/** Noon of a day in the time zone of the test, in milliseconds since 1970. */
export const NOON = new Date(2026, 10, 23, 12).getTime();

/** A history in a folder of its own, whose time a test moves. */
export class HistoryBench {
	readonly folder = mkdtempSync(join(tmpdir(), "history-"));
	readonly path = join(this.folder, "history.sqlite");
	readonly clock = new FakeClock();
	readonly log = new MemoryLogger("INFO");
	/** Milliseconds since 1970. */
	now = NOON;
	history: History;
	/** Who hears of the calls besides the history. */
	readonly others: CallEventListener[] = [];
	#next = 0;

	constructor(
		readonly days = 0,
		prepare: (bench: HistoryBench) => void = () => {},
	) {
		prepare(this);
		this.history = this.open();
	}

	/** A history on the same file, or another. */
	open(path = this.path): History {
		const { days, clock, log } = this;
		return new History({ path, days, clock, log, wall: { now: () => this.now } });
	}

	/** Time passes, by both clocks. */
	pass(milliseconds: number): void {
		this.now += milliseconds;
		this.clock.advance(milliseconds);
	}

	/** Closes the history and opens it again, as a server that is started anew. */
	async restart(): Promise<void> {
		await this.history.close();
		this.history = this.open();
		await this.history.flush();
	}

	/** A call that a test leads through its states. */
	place(request: Partial<CallRequest> = {}, id = `call-${++this.#next}`): TestCall {
		return new TestCall(this, id, request);
	}

	refuse(request: Partial<CallRequest> = {}, code = 400, text = "No translation rule"): void {
		this.history.hear({
			kind: "refused",
			request: requestOf(request),
			result: refusal(code, text),
			reason: "address",
		});
	}

	/** Makes calls that are over, a second apart, and writes them. */
	async make(count: number, request: (index: number) => Partial<CallRequest> = () => ({})): Promise<void> {
		for (let index = 0; index < count; index += 1) {
			this.place(request(index)).fail(486, "Destination");
			this.now += 1000;
		}
		await this.history.flush();
	}

	/** Does something to the file while no history has it open. */
	async edit(change: (db: Database) => void): Promise<void> {
		await this.history.close();
		const db = new Database(this.path);
		change(db);
		db.close();
		this.history = this.open();
	}

	async remove(): Promise<void> {
		await this.history.close();
		rmSync(this.folder, { recursive: true, force: true });
	}
}

/** A call as the stream of events tells it. */
export class TestCall {
	readonly #bench: HistoryBench;
	readonly #request: CallRequest;
	readonly #startedAt: number;
	readonly #placedAt: number;
	#state: CallState = "calling initiator";
	way: "refer" | "anchor";

	constructor(
		bench: HistoryBench,
		readonly id: string,
		request: Partial<CallRequest>,
	) {
		this.#bench = bench;
		this.#request = requestOf(request);
		this.#startedAt = bench.now;
		this.#placedAt = bench.clock.now();
		this.way = this.#request.anchor ? "anchor" : "refer";
		this.#tell({ kind: "placed", call: this.#snapshot });
		this.result(inProgress(this.#snapshot.initiator, this.#snapshot.destination));
	}

	result(result: CallResult): this {
		this.#tell({ kind: "result", call: this.#snapshot, result });
		return this;
	}

	enter(state: CallState, note?: string, endedBy?: CallEnder): this {
		this.#state = state;
		const call = this.#snapshot;
		this.#tell({ kind: "state", call, ...(note && { note }), ...(endedBy && { endedBy }) });
		return this;
	}

	/** Time passes. */
	after(milliseconds: number): this {
		this.#bench.pass(milliseconds);
		return this;
	}

	/** An anchored call up to the moment when both phones are connected. */
	connect(): this {
		this.result(progress(180, "Initiator")).result(progress(200, "Initiator"));
		this.enter("calling destination").result(progress(180, "Destination"));
		return this.enter("joining").enter("connected").result(progress(200, "Destination"));
	}

	fail(code: number, leg: LegName): this {
		return this.result(failure(code, leg)).enter("ended");
	}

	/** Another process takes it up. */
	restored(results: readonly CallResult[], answeredAt?: number): void {
		this.#tell({
			kind: "state",
			call: this.#snapshot,
			note: "taken up again",
			restored: { results, answeredAt },
		});
	}

	get #snapshot(): CallSnapshot {
		return {
			id: this.id,
			request: this.#request,
			initiator: `sip:${this.#request.initiator}@pbx.example.com`,
			destination: `sip:${this.#request.destination}@pbx.example.com`,
			way: this.way,
			state: this.#state,
			startedAt: this.#startedAt,
			age: this.#bench.clock.now() - this.#placedAt,
		};
	}

	#tell(event: CallEvent): void {
		for (const hear of [this.#bench.history.hear, ...this.#bench.others]) hear(event);
	}
}

const ORIGIN: CallOrigin = { via: "http", peer: "192.0.2.7", user: "admin" };

function requestOf(request: Partial<CallRequest>): CallRequest {
	return { initiator: "100", destination: "200", anchor: true, origin: ORIGIN, ...request };
}
