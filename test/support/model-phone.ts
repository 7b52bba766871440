import type { Leg } from "../../src/sip/leg/leg.ts";
import { header, type LegBench } from "./leg-bench.ts";

/** The port of the audio stream in a message's description; undefined without one. */
function portOf(message: string): number | undefined {
	const port = /^m=audio (\d+)/m.exec(message)?.[1];
	return port === undefined ? undefined : Number(port);
}

const sdp = (port: number): string =>
	`v=0\r\no=p 1 1 IN IP4 192.0.2.9\r\ns=-\r\nc=IN IP4 192.0.2.9\r\nt=0 0\r\nm=audio ${port} RTP/AVP 0\r\n`;

const bodyOf = (text: string): string => text.slice(text.indexOf("\r\n\r\n") + 4);

/** A description of ours. */
interface Described {
	readonly session: string;
	readonly version: number;
	/** All but the origin line. */
	readonly content: string;
}

/** A request of the phone. */
interface Asked {
	readonly method: string;
	readonly cseq: number;
	/** Port in its offer; undefined when it has none. */
	readonly port: number | undefined;
	finals: number;
}

/**
 * A phone that keeps to RFC 3261 and RFC 3264 and does what a test tells it: it says when it sends, how
 * and when it answers, and keeps book of what it has agreed to. Each of its descriptions has a port of
 * its own, so that one that is out of date is seen.
 */
export class ModelPhone {
	/** What it has described of itself, and what it knows of the other phone, as agreed last. */
	own: number | undefined;
	peer: number | undefined;
	/** Requests of its own, all that ever were. */
	readonly asked: Asked[] = [];
	/** Re-INVITEs of ours that it has not answered, and whether only 491 is left as an answer. */
	#inbound: { readonly text: string; crossed: boolean }[] = [];
	/** 200s of its own to our INVITEs without ACK: by CSeq number, with the port in them. */
	readonly unacknowledged = new Map<number, { readonly port: number; readonly offered: boolean }>();
	/** A 200 of ours that it has not acknowledged, with the port of our offer in it. */
	#ackOwed: { readonly cseq: number; readonly offer: number | undefined } | undefined;
	/** How often it has refused a re-INVITE of ours. */
	refusals = 0;
	/** An offer of its own was given up before it had an answer. */
	revoked = false;
	/** What is wrong with the origin lines of our descriptions (RFC 3264 section 8). */
	readonly defects: string[] = [];
	#described: Described | undefined;
	/** BYEs that were sent by either side. */
	byes = 0;
	#bench: LegBench;
	#leg: Leg;
	#port: number;
	#cseq = 10;

	/** @param port the first one that it uses. */
	constructor(bench: LegBench, leg: Leg, port: number) {
		this.#bench = bench;
		this.#leg = leg;
		this.#port = port;
	}

	/** Whether it is the phone of a leg. */
	knows(callId: string): boolean {
		return this.#leg.callId === callId;
	}

	/** Another process has taken its leg up. */
	meet(bench: LegBench, leg: Leg): void {
		this.#bench = bench;
		this.#leg = leg;
	}

	get over(): boolean {
		return this.byes > 0;
	}

	/** True while it owes something or something is owed to it. */
	get busy(): boolean {
		return (
			this.#inbound.length > 0 ||
			this.#ackOwed !== undefined ||
			this.unacknowledged.size > 0 ||
			this.asked.some(({ finals }) => finals === 0)
		);
	}

	/** Takes a message of ours; those of other dialogs are passed over. */
	async hear(text: string): Promise<void> {
		if (header(text, "Call-ID") !== this.#leg.callId) return;
		this.#inspect(text);
		if (text.startsWith("SIP/2.0")) return this.#answered(text);
		if (text.startsWith("INVITE")) this.#inbound.push({ text, crossed: this.#offering });
		if (text.startsWith("ACK")) this.#acknowledged(text);
		if (text.startsWith("CANCEL")) await this.#cancelled(text);
		if (!text.startsWith("BYE")) return;
		this.byes += 1;
		await this.#bench.respond(text, 200);
	}

	/**
	 * Sends an offer, or asks for one, unless an offer of its own is open or a 200 is not acknowledged.
	 * @param rude sends it all the same.
	 */
	async offer(method: "INVITE" | "UPDATE", withOffer: boolean, rude: boolean): Promise<void> {
		if (this.over || (!rude && (this.#offering || this.unacknowledged.size > 0))) return;
		// What is on its way to the phone has crossed this one.
		for (const request of this.#inbound) request.crossed = true;
		const port = withOffer ? ++this.#port : undefined;
		const cseq = ++this.#cseq;
		this.asked.push({ method, cseq, port, finals: 0 });
		await this.#send(method, cseq, port);
	}

	/** Answers the oldest re-INVITE of ours: 200, or a refusal. */
	async answer(status: number): Promise<void> {
		const request = this.#inbound.shift();
		if (!request) return;
		const { text, crossed } = request;
		if (this.over) return this.#bench.respond(text, 487);
		if (crossed || status >= 300) {
			this.refusals += 1;
			return this.#bench.respond(text, crossed ? 491 : status);
		}
		const port = ++this.#port;
		const offer = portOf(text);
		this.unacknowledged.set(Number.parseInt(header(text, "CSeq"), 10), {
			port,
			offered: offer === undefined,
		});
		if (offer !== undefined) this.#agree(port, offer);
		await this.#bench.respond(text, 200, { sdp: sdp(port) });
	}

	/** Sends the ACK that it owes. */
	async acknowledge(): Promise<void> {
		const owed = this.#ackOwed;
		if (!owed) return;
		this.#ackOwed = undefined;
		const port = owed.offer === undefined ? undefined : ++this.#port;
		if (port !== undefined) this.#agree(port, owed.offer);
		await this.#send("ACK", owed.cseq, port);
	}

	/** Takes its re-INVITE back. */
	async cancel(): Promise<void> {
		const open = this.asked.find(({ method, finals }) => method === "INVITE" && finals === 0);
		if (open) await this.#send("CANCEL", open.cseq);
	}

	async hangUp(): Promise<void> {
		if (this.over) return;
		this.byes += 1;
		const cseq = ++this.#cseq;
		this.asked.push({ method: "BYE", cseq, port: undefined, finals: 0 });
		await this.#send("BYE", cseq);
	}

	#send(method: string, cseq: number, port?: number): Promise<void> {
		// Both phones of a bench have one address, so that the branch has to tell them apart.
		const branch = `z9hG4bK${this.#leg.id}${cseq}${method === "CANCEL" ? "INVITE" : method}`;
		return this.#bench.request(this.#leg, method, {
			cseq,
			branch,
			...(port !== undefined && { sdp: sdp(port) }),
		});
	}

	/** One session id, and a version up by one with each description that is not the one before. */
	#inspect(text: string): void {
		const [origin, session = "", version = ""] = /^o=\S+ (\d+) (\d+) .*$/m.exec(text) ?? [];
		if (origin === undefined) return;
		const before = this.#described;
		const now = { session, version: Number(version), content: bodyOf(text).replace(origin, "") };
		this.#described = now;
		if (!before) return;
		const step = now.version - before.version;
		if (now.session !== before.session) this.defects.push("another session id");
		if (now.content === before.content ? step !== 0 && step !== 1 : step !== 1)
			this.defects.push(`version ${before.version} went to ${now.version} in ${text.slice(0, 30)}`);
	}

	get #offering(): boolean {
		const open = ({ method, finals }: Asked): boolean => method !== "BYE" && finals === 0;
		return this.asked.some(open) || this.#ackOwed !== undefined;
	}

	async #cancelled(text: string): Promise<void> {
		await this.#bench.respond(text, 200);
		const index = this.#inbound.findIndex((one) => header(one.text, "Via") === header(text, "Via"));
		const [request] = index < 0 ? [] : this.#inbound.splice(index, 1);
		if (request) await this.#bench.respond(request.text, 487);
	}

	#answered(text: string): void {
		const status = Number(text.slice(8, 11));
		const [number = "", method = ""] = header(text, "CSeq").split(" ");
		const asked = this.asked.find((one) => one.cseq === Number(number) && one.method === method);
		if (!asked || status < 200) return;
		asked.finals += 1;
		if (status === 487 || status === 504) this.revoked = true;
		if (status >= 300 || method === "BYE") return;
		if (asked.port !== undefined) this.#agree(asked.port, portOf(text));
		const offer = asked.port === undefined ? portOf(text) : undefined;
		if (method === "INVITE") this.#ackOwed = { cseq: asked.cseq, offer };
	}

	#acknowledged(text: string): void {
		const cseq = Number.parseInt(header(text, "CSeq"), 10);
		const answer = this.unacknowledged.get(cseq);
		this.unacknowledged.delete(cseq);
		if (answer?.offered) this.#agree(answer.port, portOf(text));
	}

	#agree(own: number, peer: number | undefined): void {
		this.own = own;
		this.peer = peer;
	}
}
