import { describe, expect, test } from "bun:test";
import { ANSWERING, BEHAVIOURS, behaviourFor, defineBehaviour } from "../../../src/simulator/behaviour.ts";
import { GenerationMap } from "../../../src/simulator/generation-map.ts";
import { answerDirection, LocalDescription } from "../../../src/simulator/local-description.ts";
import { repeat } from "../../../src/simulator/retransmitter.ts";
import { type Direction, readDescription } from "../../../src/simulator/sdp.ts";

const book = { named: new Map(), fallback: ANSWERING };

describe("the behaviour of a user part", () => {
	test.each([
		["answer", { status: 200, answerDelay: 0 }],
		["answer-50ms", { status: 200, answerDelay: 50 }],
		["late-20ms", { answerDelay: 20 }],
		["busy", { status: 486, ringing: undefined }],
		["status600", { status: 600 }],
		["norefer", { refer: { status: 501, outcome: "call", bye: false } }],
		["norefer603", { refer: { status: 603, outcome: "call", bye: false } }],
		["refer-fails404", { refer: { status: 202, outcome: 404, bye: false } }],
		["hangup-9ms+norefer405", { hangupDelay: 9, refer: { status: 405, outcome: "call", bye: false } }],
		["accept-refer-silent", { refer: { status: 202, outcome: "silent", bye: false } }],
		["early-reliable", { ringing: { status: 183, sdp: true, reliable: true } }],
	])("%s", (user, expected) => {
		expect(behaviourFor(user, book)).toMatchObject(expected);
	});

	test.each(["alice", "4930123404", "+493012", "", "toString", "constructor-5ms"])(
		"%j is a phone that answers",
		(user) => expect(behaviourFor(user, book)).toEqual(ANSWERING),
	);

	test("every name in the table is found under its own name", () => {
		for (const name of Object.keys(BEHAVIOURS)) {
			if (name !== "answer") expect(behaviourFor(name, book)).not.toEqual(ANSWERING);
		}
	});

	test("options change only what they name", () => {
		const behaviour = defineBehaviour({ refer: { bye: true }, sdp: false });
		expect(behaviour).toEqual({ ...ANSWERING, sdp: false, refer: { ...ANSWERING.refer, bye: true } });
	});
});

describe("a description of the phone", () => {
	test.each<[Direction, Direction, Direction]>([
		["sendrecv", "sendrecv", "sendrecv"],
		["sendonly", "sendrecv", "recvonly"],
		["recvonly", "sendrecv", "sendonly"],
		["inactive", "sendrecv", "inactive"],
		["sendrecv", "sendonly", "sendonly"],
		["sendonly", "sendonly", "inactive"],
	])("answers %s with the wish %s by %s", (offered, wish, expected) => {
		expect(answerDirection(offered, wish)).toBe(expected);
	});

	test("counts its version up at each change and at no other time", () => {
		const local = new LocalDescription("127.0.0.1", 4000, "9");
		const versions = (["sendrecv", "sendrecv", "sendonly", "sendrecv"] as const).map((wish) => {
			local.wish = wish;
			return readDescription(local.offer()).origin.version;
		});
		expect(versions).toEqual([1n, 1n, 2n, 3n]);
	});

	test("has no defect that its own reader finds", () => {
		for (const address of ["192.0.2.1", "2001:db8::1"]) {
			const local = new LocalDescription(address, 4000, "9");
			expect(readDescription(local.offer()).defects).toEqual([]);
		}
	});

	test("takes the formats of the offer", () => {
		const local = new LocalDescription("127.0.0.1", 4000, "9");
		const media = "m=audio 1 RTP/AVP 8 0 96\r\na=rtpmap:96 telephone-event/8000\r\n";
		const offer = readDescription(`v=0\r\no=a 1 1 IN IP4 h\r\ns=-\r\nc=IN IP4 h\r\nt=0 0\r\n${media}`);
		expect(readDescription(local.answer(offer) ?? "").media[0]?.formats).toEqual(["0", "96"]);
	});
});

describe("repeating", () => {
	/** Runs the tasks in the order of their time. */
	function manualClock() {
		let time = 0;
		let tasks: { at: number; task: () => void }[] = [];
		const after = (delay: number, task: () => void) => {
			const entry = { at: time + delay, task };
			tasks.push(entry);
			return () => {
				tasks = tasks.filter((each) => each !== entry);
			};
		};
		const run = () => {
			for (;;) {
				const next = tasks.sort((a, b) => a.at - b.at).shift();
				if (next === undefined) return;
				time = next.at;
				next.task();
			}
		};
		return { now: () => time, after, run };
	}

	test("doubles its interval up to T2 and gives up after 64 * T1", () => {
		const clock = manualClock();
		const times: number[] = [];
		let end = 0;
		const plan = { first: 500, longest: 4000, deadline: 32_000 };
		repeat(
			clock,
			plan,
			() => times.push(clock.now()),
			() => {
				end = clock.now();
			},
		);
		clock.run();
		expect(times).toEqual([500, 1500, 3500, 7500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500]);
		expect(end).toBe(32_000);
	});

	test("stops at once when told, also from within", () => {
		const clock = manualClock();
		let sent = 0;
		const stop = repeat(
			clock,
			{ first: 1, longest: 1, deadline: 100 },
			() => {
				if (++sent === 3) stop();
			},
			() => expect.unreachable(),
		);
		clock.run();
		expect(sent).toBe(3);
	});
});

test("a generation map forgets after one to two lifetimes", () => {
	let now = 0;
	const map = new GenerationMap<number>(10, () => now);
	map.set("a", 1);
	now = 10;
	map.set("b", 2);
	expect([map.get("a"), map.get("b")]).toEqual([1, 2]);
	now = 20;
	map.set("c", 3);
	expect([map.get("a"), map.get("b"), map.get("c"), map.size]).toEqual([undefined, 2, 3, 2]);
	now = 60;
	map.set("d", 4);
	expect(map.size).toBe(1);
});
