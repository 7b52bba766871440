import { type CallEnder, type CallEvent, type CallSnapshot, dateOf, type Restored } from "../call/events.ts";
import type { CallOrigin, CallRequest, CallResult, CallWay, LegName } from "../call/types.ts";
import { addStep, type StepContent } from "./steps.ts";
import type { HistoryState } from "./types.ts";

/** The most characters of an address, a text or a name: what a client sends must not fill the disk. */
export const MAX_TEXT = 512;

/** A call that is over, from a process that may have died before it was in the history. */
export interface EndedCall {
	readonly id: string;
	readonly way: CallWay;
	readonly initiator: { readonly address: string; readonly uri: string };
	readonly destination: { readonly address: string; readonly uri: string };
	readonly origin: CallOrigin;
	/** Milliseconds since 1970, as all times. */
	readonly startedAt: number;
	readonly answeredAt?: number;
	readonly endedAt?: number;
	readonly result?: { readonly code: number; readonly leg?: LegName; readonly text: string };
	readonly endedBy?: CallEnder;
}

/** What the file has of a call, as far as that matters here. */
export interface KnownCall {
	readonly answeredAt?: number;
	readonly result?: object;
}

/** How many steps may wait to be written out: usual calls have ten, and are written once a second. */
const MAX_FRESH = 50;

/** A step that is yet to be written out. */
interface FreshStep {
	/** Milliseconds since the start of the call. */
	readonly offset: number;
	readonly content: StepContent;
}

/** What the history knows of one call, collected from its events; it becomes a row. */
export class CallRecord {
	readonly id: string;
	/** Milliseconds since 1970. */
	readonly startedAt: number;
	readonly request: CallRequest;
	readonly initiatorUri: string | undefined;
	readonly destinationUri: string | undefined;
	way: CallWay;
	state: HistoryState;
	endedAt: number | undefined;
	answeredAt: number | undefined;
	code: number | undefined;
	leg: LegName | undefined;
	text: string | undefined;
	endedBy: CallEnder | undefined;
	/** As in `steps.ts`, without those of {@link #fresh}. */
	#written = "";
	/** The latest steps. */
	readonly #fresh: FreshStep[] = [];
	/** True while something is not on the disk yet. */
	waiting = false;
	/** Its place in the file, once assigned; see `schema.ts`. */
	seq = 0;
	/** Whether the day's counts include the call, and its answer. */
	counted = false;
	countedAnswer = false;
	/** Whether the file may hold what another process has written of it. */
	begunBefore = false;

	private constructor(
		id: string,
		startedAt: number,
		request: CallRequest,
		way: CallWay,
		state: HistoryState,
		uris: { readonly initiator: string; readonly destination: string } | undefined,
	) {
		this.id = id;
		this.startedAt = startedAt;
		this.request = request;
		this.initiatorUri = uris && cut(uris.initiator);
		this.destinationUri = uris && cut(uris.destination);
		this.way = way;
		this.state = state;
		this.#add(0, { state });
	}

	/** As in `steps.ts`. */
	get steps(): string {
		this.#writeOut();
		return this.#written;
	}

	/** To write a text for each step while the call waits would cost more than to do so once. */
	#add(offset: number, content: StepContent): void {
		this.#fresh.push({ offset, content });
		if (this.#fresh.length >= MAX_FRESH) this.#writeOut();
	}

	#writeOut(): void {
		for (const { offset, content } of this.#fresh) this.#written = addStep(this.#written, offset, content);
		this.#fresh.length = 0;
	}

	/** A call that was just placed. */
	static placed(call: CallSnapshot): CallRecord {
		const { id, startedAt, request, way, state } = call;
		return new CallRecord(id, startedAt, cutRequest(request), way, state, call);
	}

	/** A call that another process has begun, and what that one has told of it. */
	static restored(call: CallSnapshot, { results, answeredAt = dateOf(call) }: Restored): CallRecord {
		const record = CallRecord.placed(call);
		record.#goOn();
		for (const result of results) {
			if (isAnswer(result)) record.answeredAt = answeredAt;
			if (result.final) record.#final(result);
		}
		return record;
	}

	/** A call that is over. @param known what the history has of it. */
	static ended(call: EndedCall, known: KnownCall | undefined): CallRecord {
		const { id, startedAt, way, origin, initiator, destination, result, endedAt = startedAt } = call;
		const request = {
			initiator: initiator.address,
			destination: destination.address,
			anchor: way === "anchor",
			origin,
		};
		const uris = { initiator: initiator.uri, destination: destination.uri };
		const record = new CallRecord(id, startedAt, cutRequest(request), way, "calling initiator", uris);
		record.counted = known !== undefined;
		// Its row has the steps up to the death of that process.
		if (known) record.#goOn();
		record.countedAnswer = known?.answeredAt !== undefined;
		record.answeredAt = call.answeredAt;
		const age = endedAt - startedAt;
		if (result) {
			const at = call.answeredAt === undefined ? age : call.answeredAt - startedAt;
			if (!known?.result) record.#add(at, result);
			record.#final(result);
		}
		record.state = "ended";
		record.#add(age, { state: "ended" });
		record.endedAt = endedAt;
		record.endedBy = call.endedBy;
		return record;
	}

	/** Another process has written its steps so far. */
	#goOn(): void {
		this.begunBefore = true;
		this.#fresh.length = 0;
	}

	/** Takes over what another process has written of the same call. */
	continue(steps: string, answeredAt: number | undefined): void {
		this.#written = [steps, this.steps].filter((text) => text !== "").join();
		this.counted = true;
		this.countedAnswer = answeredAt !== undefined;
		this.answeredAt = answeredAt ?? this.answeredAt;
	}

	/** A request that was refused. @param now milliseconds since 1970. */
	static refused(id: string, request: CallRequest, result: CallResult, now: number): CallRecord {
		const way = request.anchor ? "anchor" : "refer";
		const record = new CallRecord(id, now, cutRequest(request), way, "refused", undefined);
		record.endedAt = now;
		record.#final(result);
		return record;
	}

	/** Takes in what has happened. */
	heard(event: Extract<CallEvent, { kind: "result" | "state" }>): void {
		const offset = event.call.age;
		this.way = event.call.way;
		if (event.kind === "result") {
			const { result } = event;
			this.#add(offset, result);
			if (isAnswer(result)) this.answeredAt = this.startedAt + offset;
			if (result.final) this.#final(result);
			return;
		}
		const { call, note, endedBy } = event;
		this.state = call.state;
		this.#add(offset, note ? { state: call.state, note: cut(note) } : { state: call.state });
		if (call.state !== "ended") return;
		this.endedAt = this.startedAt + offset;
		this.endedBy = endedBy;
	}

	/** The file that it was written to is gone. */
	forgetWritten(): void {
		this.seq = 0;
		this.counted = false;
		this.countedAnswer = false;
	}

	#final({ code, leg, text }: Pick<CallResult, "code" | "leg" | "text">): void {
		this.code = code;
		this.leg = leg;
		this.text = cut(text);
	}
}

/** Whether both phones are connected. */
function isAnswer({ code, leg }: CallResult): boolean {
	return code === 200 && leg === "Destination";
}

function cutRequest(request: CallRequest): CallRequest {
	const { initiator, destination, origin } = request;
	const longest = Math.max(
		initiator.length,
		destination.length,
		origin.peer?.length ?? 0,
		origin.user?.length ?? 0,
	);
	if (longest <= MAX_TEXT) return request;
	return {
		...request,
		initiator: cut(initiator),
		destination: cut(destination),
		origin: {
			via: origin.via,
			...(origin.peer !== undefined && { peer: cut(origin.peer) }),
			...(origin.user !== undefined && { user: cut(origin.user) }),
		},
	};
}

/** The text, or its beginning and an ellipsis; never leaves half a surrogate pair. */
function cut(text: string): string {
	return text.length <= MAX_TEXT ? text : `${text.slice(0, MAX_TEXT - 1).toWellFormed()}…`;
}
