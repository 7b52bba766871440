import type { LegFactory } from "../../src/call/leg-factory.ts";
import type { LegRecord } from "../../src/sip/leg/leg-record.ts";
import type {
	AnsweredDelegate,
	CallingDelegate,
	CallLeg,
	EarlyExchange,
	LegOrder,
	LegState,
	ProbeOutcome,
	RecordWatch,
	ReferListener,
	ReinviteListener,
	RelayedRequest,
} from "../../src/sip/leg/types.ts";
import { parseUri } from "../../src/sip/message/uri.ts";
import { LocalDescription } from "../../src/sip/sdp/local-description.ts";
import type { URI } from "../../src/sip/sipjs/grammar.ts";

/** A leg without a network: a test plays its phone. */
export class FakeLeg implements CallLeg {
	state: LegState = "idle";
	readonly address: URI;
	privacy: string | undefined;
	readonly local = new LocalDescription("192.0.2.1");
	waiting = false;
	/** What was asked of the leg, in order. */
	readonly asked: string[] = [];
	delegate: (CallingDelegate & AnsweredDelegate) | undefined;
	reinviting: ReinviteListener | undefined;
	referring: ReferListener | undefined;
	acknowledged: string | undefined;
	offer: string | undefined;
	relayed: RelayedRequest | undefined;
	/** Whether another process has sent a REFER. */
	refers = false;
	/** Whether the phone is known to have taken that. */
	taken = true;
	/** Whether its phone does not confirm the BYE. */
	slow = false;
	/** Called with what came of a probe. */
	probed: ((outcome: ProbeOutcome) => void) | undefined;
	/** What it gives as its record. */
	written: LegRecord | undefined;

	/** Who is told of changes of its record, once another call has adopted it. */
	watch: RecordWatch | undefined;
	readonly #sound: LegOrder["sound"];

	constructor(address: URI, sound?: LegOrder["sound"]) {
		this.address = address;
		this.#sound = sound;
	}

	call(calling: CallingDelegate, answered: AnsweredDelegate): void {
		this.#play(calling, answered);
		this.state = "calling";
		this.asked.push("INVITE");
		const place = this.#sound?.(this.local.address);
		this.offer = place ? this.local.sound(place).sdp : this.local.placeholder();
	}

	drop(): void {
		this.state = "ended";
		this.asked.push("drop");
	}

	adopt(delegate: AnsweredDelegate, watch: RecordWatch | undefined): void {
		this.watch = watch;
		this.#play(undefined, delegate);
	}

	#play(calling: CallingDelegate | undefined, answered: AnsweredDelegate): void {
		this.delegate = {
			onProgress: (status) => calling?.onProgress(status),
			onEarlyOffer: (sdp, answer) => calling?.onEarlyOffer(sdp, answer),
			onAnswered: (sdp, early) => calling?.onAnswered(sdp, early),
			onFailed: (refusal) => calling?.onFailed(refusal),
			onEnded: (cause) => answered.onEnded(cause),
			onOffer: (sdp, reply) => answered.onOffer(sdp, reply),
			onAnswer: (sdp) => answered.onAnswer(sdp),
			onRefreshed: (sdp) => answered.onRefreshed(sdp),
			onRequest: (request) => answered.onRequest(request),
			onTransfer: (request) => answered.onTransfer(request),
		};
	}

	acknowledge(answer?: string): void {
		this.asked.push("ACK");
		this.acknowledged = answer;
		this.state = "confirmed";
	}

	end(): void {
		if (this.state === "ended" || this.state === "idle") return;
		this.asked.push(this.state === "calling" ? "CANCEL" : "BYE");
		this.delegate = undefined;
		this.state = this.slow ? "leaving" : "ended";
	}

	reinvite(offer: (() => string) | undefined, listener: ReinviteListener): void {
		this.relayReinvite(offer, listener);
	}

	relayReinvite(offer: (() => string) | undefined, listener: ReinviteListener): void {
		this.asked.push("re-INVITE");
		this.offer = offer?.();
		this.reinviting = listener;
	}

	refer(referTo: string, _referredBy: string, listener: ReferListener): void {
		this.asked.push(`REFER ${referTo}`);
		this.referring = listener;
	}

	resumeRefer(listener: ReferListener): { readonly taken: boolean } | undefined {
		if (!this.refers) return undefined;
		this.asked.push("listen to REFER");
		this.referring = listener;
		return { taken: this.taken };
	}

	get probeable(): boolean {
		return this.state === "confirmed" || this.refers;
	}

	probe(settled: (outcome: ProbeOutcome) => void): void {
		this.asked.push("probe");
		this.probed = settled;
	}

	relay(request: RelayedRequest): void {
		this.asked.push(request.method);
		this.relayed = request;
	}

	record(): LegRecord | undefined {
		return this.written;
	}

	/** The phone answers. */
	answer(sdp: string | undefined, early: EarlyExchange = "none"): void {
		this.state = "answered";
		this.delegate?.onAnswered(sdp, early);
	}

	/** The phone refuses, or cannot be reached. */
	fail(status: number): void {
		this.state = "ended";
		this.delegate?.onFailed({ status, reason: "", local: false });
	}

	/** The phone hangs up. */
	hangUp(): void {
		this.state = "ended";
		this.delegate?.onEnded("bye");
	}
}

/** Makes fake legs and keeps them in the order in which they were made. */
export class FakeLegs implements LegFactory {
	readonly made: FakeLeg[] = [];
	readonly requests: LegOrder[] = [];
	/** Legs by the Replaces value that names them. */
	readonly named = new Map<string, FakeLeg>();

	findLeg(replaces: string): FakeLeg | undefined {
		return this.named.get(replaces);
	}

	createLeg(request: LegOrder): FakeLeg {
		const leg = new FakeLeg(request.to, request.sound);
		this.made.push(leg);
		this.requests.push(request);
		return leg;
	}

	restoreLeg({ address, stage, refer }: LegRecord): FakeLeg {
		const uri = parseUri(address);
		if (!uri) throw new Error("address");
		const leg = new FakeLeg(uri);
		leg.state = stage === "left" ? "ended" : stage;
		leg.refers = refer !== undefined;
		leg.taken = refer?.proven === true;
		this.made.push(leg);
		return leg;
	}

	/** The leg that was made as number `index`. */
	leg(index: number): FakeLeg {
		const leg = this.made[index];
		if (!leg) throw new Error(`no leg ${index} was made`);
		return leg;
	}
}
