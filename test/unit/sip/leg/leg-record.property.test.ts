import { expect, test } from "bun:test";
import fc from "fast-check";
import type { Leg } from "../../../../src/sip/leg/leg.ts";
import { type LegRecord, readLegRecord } from "../../../../src/sip/leg/leg-record.ts";
import type { AnsweredDelegate } from "../../../../src/sip/leg/types.ts";
import { parseSdp } from "../../../../src/sip/sdp/description.ts";
import type { WallClock } from "../../../../src/time/wall-clock.ts";
import { LegBench, PHONE_SDP, settle } from "../../../support/leg-bench.ts";

/** How the dialog begins. */
interface Beginning {
	readonly offer: boolean;
	readonly to: string;
	readonly routeSet: readonly string[];
	readonly udp: boolean;
	/** Header lines of the phone's 2xx. */
	readonly headers: readonly string[];
	readonly contact: string;
	readonly tag: string;
}

/** What the phone or the call does next. */
type Step =
	| { readonly by: "phone"; readonly method: "INVITE" | "UPDATE" | "INFO" | "OPTIONS"; readonly port: number }
	| {
			readonly by: "phone";
			readonly method: "INVITE" | "UPDATE" | "REFER" | "CANCEL" | "odd";
			readonly port: 0;
	  }
	| {
			readonly by: "call";
			readonly what: "offer" | "ask" | "INFO";
			readonly status: number;
			readonly port: number;
	  }
	| { readonly by: "time"; readonly seconds: number };

/** How long the phone takes to answer at most, in seconds. */
const STEP = 4;

type End = "BYE of the phone" | "BYE of ours" | "none";

const port = fc.integer({ min: 1, max: 4 }).map((number) => 4000 + number);
const earlier: fc.Arbitrary<Step> = fc.oneof(
	fc.record({
		by: fc.constant("phone" as const),
		method: fc.constantFrom("INVITE" as const, "UPDATE" as const, "INFO" as const, "OPTIONS" as const),
		port,
	}),
	fc.record({
		by: fc.constant("phone" as const),
		method: fc.constantFrom("INVITE" as const, "UPDATE" as const, "odd" as const),
		port: fc.constant(0 as const),
	}),
	fc.record({
		by: fc.constant("call" as const),
		what: fc.constantFrom("offer" as const, "ask" as const, "INFO" as const),
		status: fc.constantFrom(200, 200, 200, 488),
		port,
	}),
	fc.record({ by: fc.constant("time" as const), seconds: fc.integer({ min: 1, max: 1000 }) }),
);
const later = fc.oneof(
	{ weight: 6, arbitrary: earlier },
	{
		weight: 1,
		arbitrary: fc.record({
			by: fc.constant("phone" as const),
			method: fc.constantFrom("REFER" as const, "CANCEL" as const),
			port: fc.constant(0 as const),
		}),
	},
);
const end = fc.constantFrom<End>("BYE of the phone", "BYE of ours", "none");
const beginning: fc.Arbitrary<Beginning> = fc.record({
	offer: fc.boolean(),
	to: fc.constantFrom("sip:phone@192.0.2.9", "sips:phone@192.0.2.9", "sip:%22odd%22;x@192.0.2.9;user=phone"),
	routeSet: fc.constantFrom([], ["<sip:proxy.example.com;lr>"]),
	udp: fc.boolean(),
	headers: fc
		.tuple(
			fc.constantFrom([], ["Session-Expires: 90;refresher=uac"], ["Session-Expires: 95;refresher=uas"]),
			fc.constantFrom([], ["Record-Route: <sip:a.example.com;lr>, <sip:b.example.com;lr;x=1>"]),
			fc.constantFrom([], ["Record-Route: <sip:strict.example.com>"]),
			fc.constantFrom([], ["Privacy: id"]),
		)
		.map((lists) => lists.flat()),
	contact: fc.constantFrom(
		"sip:phone@192.0.2.9:5060",
		"sip:phone@192.168.1.7:5060",
		"sip:x@pbx.example.com;ob",
	),
	tag: fc.constantFrom("phone", "phone", ""),
});

const sdpAt = (audio: number): string => PHONE_SDP.replace("4000", `${audio}`);

/** A phone that answers at once, and a call that answers it with the other phone's description. */
class Side {
	readonly bench: LegBench;
	readonly leg: Leg;
	readonly #phone: { readonly tag: string; cseq: number };
	/** What it answers our next offer with. */
	#status = 200;
	#port = 4000;
	#heard: number;

	private constructor(bench: LegBench, leg: Leg, phone: { tag: string; cseq: number }) {
		this.bench = bench;
		this.leg = leg;
		this.#phone = phone;
		this.#heard = bench.sent.length;
	}

	static async called(start: Beginning): Promise<Side> {
		const bench = Side.#bench(start);
		const delegate = Side.#delegate(bench, () => leg);
		const { offer, to, routeSet, headers, tag } = start;
		const leg: Leg = await bench.call(offer, delegate, { to, routeSet });
		await bench.respond(bench.last("INVITE"), 200, {
			sdp: PHONE_SDP,
			contact: false,
			headers: [...headers, `Contact: <${start.contact}>`],
			tag,
		});
		if (!offer) leg.acknowledge(leg.local?.answer(parseSdp(PHONE_SDP) ?? { session: [], media: [] }));
		await settle();
		return new Side(bench, leg, { tag, cseq: 100 });
	}

	/** The same dialog in another process, at the same time of day. */
	other(start: Beginning, record: LegRecord, jump: number, wall: WallClock): Side {
		const bench = Side.#bench(start);
		bench.clock.advance(4321);
		const leg: Leg = bench.restore(
			record,
			{ wall: wallOf(bench, wall.now()), jump },
			Side.#delegate(bench, () => leg),
		);
		return new Side(bench, leg, { ...this.#phone });
	}

	static #bench({ udp }: Beginning): LegBench {
		const bench = new LegBench();
		if (udp) Object.assign(bench.flow, { protocol: "UDP", reliable: false });
		return bench;
	}

	static #delegate(bench: LegBench, legOf: () => Leg): Partial<AnsweredDelegate> {
		return {
			onOffer: (sdp, reply) => {
				bench.heard.push(`offer ${sdp}`);
				const other = parseSdp(sdp ?? PHONE_SDP);
				const { local } = legOf();
				if (other) reply.accept(sdp === undefined ? local?.offer(other).sdp : local?.answer(other));
			},
			onAnswer: (sdp) => bench.heard.push(`answer ${sdp}`),
		};
	}

	/** What was sent and heard up to now is of no interest. */
	forget(): void {
		this.bench.sent.length = 0;
		this.bench.heard.length = 0;
		this.#heard = 0;
	}

	async take(step: Step): Promise<void> {
		if (step.by === "phone") await this.#ask(step.method, step.port);
		else if (step.by === "time") {
			for (let left = step.seconds; left > 0; left -= STEP) {
				this.bench.clock.advance(Math.min(left, STEP) * 1000);
				await this.#answer();
			}
		} else this.#order(step);
		await this.#answer();
	}

	async end(how: End): Promise<void> {
		if (how === "BYE of the phone") await this.#ask("BYE", 0);
		if (how === "BYE of ours") this.leg.end();
		await settle();
		await this.#answer();
	}

	async #ask(kind: string, port: number): Promise<void> {
		const { tag } = this.#phone;
		const method = kind === "odd" ? "INFO" : kind;
		const cseq = ++this.#phone.cseq;
		await this.bench.request(this.leg, method, {
			cseq,
			tag,
			...(port > 0 && method !== "INFO" && { sdp: sdpAt(port) }),
			...(method === "INFO" && { type: "text/plain", body: `at ${port}` }),
			...(kind === "odd" && { headers: ["Require: nonsense"] }),
			...(method === "REFER" && { headers: ["Refer-To: <sip:carol@192.0.2.7>"] }),
		});
		if (method !== "INVITE" || !this.bench.last("SIP/2.0").startsWith("SIP/2.0 200")) return;
		await this.bench.request(this.leg, "ACK", { cseq, tag, ...(port === 0 && { sdp: sdpAt(4009) }) });
	}

	#order(step: Extract<Step, { by: "call" }>): void {
		const { leg, bench } = this;
		this.#status = step.status;
		this.#port = step.port;
		const other = parseSdp(sdpAt(step.port));
		if (!other) return;
		if (step.what === "INFO") {
			const reply = (status: number): void => void bench.heard.push(`INFO ${status}`);
			return leg.relay({ method: "INFO", body: undefined, headers: [], reply });
		}
		let withdraw = (): void => {};
		const offer = (): string => {
			const slotted = leg.local?.offer(other);
			withdraw = () => slotted?.withdraw();
			return slotted?.sdp ?? "";
		};
		leg.reinvite(step.what === "offer" ? offer : undefined, {
			onAccepted: (sdp, acknowledge) => {
				bench.heard.push(`accepted ${sdp}`);
				acknowledge(step.what === "ask" ? leg.local?.answer(other) : undefined);
			},
			onRefused: ({ status }) => {
				bench.heard.push(`refused ${status}`);
				withdraw();
			},
		});
	}

	/** The phone answers what it was asked. */
	async #answer(): Promise<void> {
		await settle();
		while (this.#heard < this.bench.sent.length) {
			const text = this.bench.sent[this.#heard++] ?? "";
			if (text.startsWith("SIP/2.0") || text.startsWith("ACK")) continue;
			const isInvite = text.startsWith("INVITE");
			const status = isInvite ? this.#status : 200;
			this.#status = 200;
			await this.bench.respond(text, status, isInvite && status === 200 ? { sdp: sdpAt(this.#port) } : {});
		}
	}
}

/** The time of day, which goes on from here as the clock of the bench does. */
function wallOf({ clock }: LegBench, time: number): WallClock {
	const start = clock.now();
	return { now: () => time + clock.now() - start };
}

/** What was sent, each message once: the flow is looked for first by one of the two, so that it repeats itself later. */
const messages = ({ bench }: Side, jump: number): string[] =>
	[...new Set(bench.sent)].map((text) => comparable(text, jump));

/** A message without what is new in each, and with our numbers as they are without the jump. */
function comparable(text: string, jump: number): string {
	const isOurs = !text.startsWith("SIP/2.0");
	return text
		.replace(/;branch=[^;\r]+/g, isOurs ? "" : "$&")
		.replace(/^CSeq: (\d+)/m, (line, number) => (isOurs ? `CSeq: ${Number(number) - jump}` : line));
}

const shifted = (record: LegRecord | undefined, jump: number): LegRecord | undefined =>
	record && { ...record, dialog: { ...record.dialog, localCSeq: record.dialog.localCSeq + jump } };

test("a leg of a record: the same record, and it answers and asks as the first one does", async () => {
	const check = async (
		start: Beginning,
		before: readonly Step[],
		jump: number,
		after: readonly Step[],
		last: End,
	): Promise<void> => {
		const first = await Side.called(start);
		const wall = wallOf(first.bench, 1_800_000_000_000);
		for (const step of before) await first.take(step);
		const record = first.leg.record(wall);
		// It may be over: a session timer ran out.
		if (!record) return expect(first.leg.state).not.toBe("confirmed");
		const read = readLegRecord(JSON.parse(JSON.stringify(record)));
		expect(read).toEqual(record);
		const second = first.other(start, read, jump, wall);
		const secondWall = wallOf(second.bench, wall.now());
		expect(second.leg.record(secondWall)).toEqual(shifted(record, jump));
		for (const side of [first, second]) {
			side.forget();
			for (const step of after) await side.take(step);
			await side.end(last);
		}
		expect(messages(second, jump)).toEqual(messages(first, 0));
		expect(second.bench.heard).toEqual(first.bench.heard);
		expect(second.leg.state).toBe(first.leg.state);
		expect(second.leg.record(secondWall)).toEqual(shifted(first.leg.record(wall), jump) as never);
		expect(second.bench.endpoint.legs).toBe(first.bench.endpoint.legs);
		expect(second.bench.timers).toBe(first.bench.timers);
		// Until it is asked or asks, it knows no flow to keep alive.
		if (second.bench.sent.length > 0) expect(second.bench.held).toBe(first.bench.held);
	};
	const steps = (step: fc.Arbitrary<Step>) => fc.array(step, { maxLength: 6 });
	await fc.assert(fc.asyncProperty(beginning, steps(earlier), fc.nat(1000), steps(later), end, check), {
		numRuns: 150,
	});
});
