import { describe, expect, test } from "bun:test";
import { MAX_FOLLOWERS } from "../../../src/call/result-listeners.ts";
import type { CallControl, CallFollowing } from "../../../src/call/types.ts";
import { LiveCalls } from "../../../src/live/live-calls.ts";
import { LimitedLog } from "../../../src/log/limited-log.ts";
import type { Turns } from "../../../src/net/fair-turns.ts";
import { Connection } from "../../../src/xml/connection.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { MemoryLogger } from "../../support/memory-logger.ts";
import { BUSY_INITIATOR, bytes, FakePlacer, RINGING_INITIATOR, text, turnsAtOnce } from "./support.ts";

const request = (ref: string): string =>
	`<ClickToCall><Request><Initiator>a</Initiator><Destination>b</Destination><Ref>${ref}</Ref></Request></ClickToCall>`;

const CALL = {
	id: "c1",
	request: { initiator: "a", destination: "b", anchor: false, origin: { via: "http" } },
	initiator: "sip:a@h",
	destination: "sip:b@h",
	way: "refer",
	state: "calling initiator",
	startedAt: 1000,
	age: 0,
} as const;

function setUp(
	calls: CallControl & CallFollowing = new FakePlacer(),
	room = Number.POSITIVE_INFINITY,
	turns: Turns = turnsAtOnce(),
) {
	const events: string[] = [];
	let output = "";
	const due: (() => void)[] = [];
	const endTurn = () => {
		for (const task of due.splice(0)) task();
	};
	const socket = {
		room,
		write(data: Uint8Array): number {
			const taken = data.subarray(0, Math.min(data.length, this.room));
			this.room -= taken.length;
			output += text(taken);
			return taken.length;
		},
		end: () => events.push("end"),
		linger: () => events.push("linger"),
		pause: () => events.push("pause"),
		resume: () => events.push("resume"),
		terminate: () => events.push("terminate"),
	};
	const written = () => {
		endTurn();
		return output;
	};
	const log = new MemoryLogger();
	const live = new LiveCalls();
	const connection = new Connection({
		socket,
		peer: "192.0.2.1",
		calls,
		live,
		log,
		refusals: new LimitedLog(log, new FakeClock()),
		turns,
		schedule: (task) => void due.push(task),
	});
	return { connection, events, live, log, socket, output: written };
}

/** `Ref:Code` of every answer, in order. */
function answers(output: string): string[] {
	return [...output.matchAll(/<Ref>(.*?)<\/Ref>.*?Code="(\d+)"/gs)].map(([, ref, code]) => `${ref}:${code}`);
}

describe("Connection", () => {
	test("places a call with what was typed and who asked", () => {
		const placer = new FakePlacer();
		setUp(placer).connection.data(bytes(request("1")));
		expect(placer.requests).toEqual([
			{
				initiator: "a",
				destination: "b",
				anchor: false,
				origin: { via: "xml", peer: "192.0.2.1" },
			},
		]);
	});

	test("results of pipelined requests interleave, each with its own request", () => {
		const placer = new FakePlacer();
		const { connection, output } = setUp(placer);
		connection.data(bytes(request("1") + request("2")));
		placer.tell(1, RINGING_INITIATOR);
		placer.tell(0, RINGING_INITIATOR);
		placer.tell(1, BUSY_INITIATOR);
		expect(answers(output())).toEqual(["1:100", "2:100", "2:180", "1:180", "2:486"]);
	});

	test("a malformed request gets Parse error and the next one is served", () => {
		const placer = new FakePlacer();
		const { connection, output, events } = setUp(placer);
		connection.data(
			bytes(`<ClickToCall><Request><Ref>bad</Ref><x></Request></ClickToCall>${request("good")}`),
		);
		expect(output()).toContain('<Result Code="400">Parse error</Result>');
		expect(answers(output())).toEqual(["bad:400", "good:100"]);
		expect(events).toEqual([]);
	});

	test.each([
		["a document type declaration", "<!DOCTYPE a>"],
		["too deep nesting", "<a>".repeat(17)],
		["a request over 64 KiB", `<a>${"x".repeat(65_536)}`],
		["another protocol", "GET / HTTP/1.1\r\n"],
	])("%s gets a bare Parse error, and the connection closes", (_, stream) => {
		const placer = new FakePlacer();
		const { connection, output, events, log } = setUp(placer);
		connection.data(bytes(stream));
		connection.data(bytes(request("late")));
		expect(output()).toBe('<Response>\r\n    <Result Code="400">Parse error</Result>\r\n</Response>');
		expect(events).toEqual(["linger"]);
		expect(placer.requests).toEqual([]);
		expect(log.lines).toHaveLength(1);
		connection.halfClosed();
		expect(events).toEqual(["linger", "end"]);
	});

	test("who sends nonsense without end is not read any more", () => {
		const { connection, events } = setUp();
		connection.data(bytes("GET / HTTP/1.1\r\n"));
		for (let sent = 0; sent <= 65_536; sent += 10_000) connection.data(bytes("x".repeat(10_000)));
		connection.data(bytes("more"));
		expect(events).toEqual(["linger", "pause"]);
	});

	test("a client that only closed its sending side gets its results, then the end", () => {
		const placer = new FakePlacer();
		const { connection, output, events } = setUp(placer);
		connection.data(bytes(request("1")));
		connection.halfClosed();
		placer.tell(0, RINGING_INITIATOR);
		expect(events).toEqual([]);
		placer.tell(0, BUSY_INITIATOR);
		expect(answers(output())).toEqual(["1:100", "1:180", "1:486"]);
		expect(events).toEqual(["end"]);
	});

	test("the end waits until the last result is written", () => {
		const placer = new FakePlacer();
		const { connection, events, socket } = setUp(placer, 0);
		connection.data(bytes(request("1")));
		connection.halfClosed();
		placer.tell(0, BUSY_INITIATOR);
		expect(events).toEqual([]);
		socket.room = 10_000;
		connection.drain();
		expect(events).toEqual(["end"]);
	});

	test("a client without calls that closes its sending side is closed at once", () => {
		const { connection, events } = setUp();
		connection.halfClosed();
		expect(events).toEqual(["end"]);
	});

	test("a client that reads nothing is closed at 1 MiB; its calls go on and are heard no more", () => {
		const placer = new FakePlacer();
		const { connection, events, log } = setUp(placer, 0);
		connection.data(bytes(request("x".repeat(60_000))));
		for (let i = 0; i < 20; i++) placer.tell(0, RINGING_INITIATOR);
		expect(events).toEqual(["terminate"]);
		expect(log.lines.filter((line) => line.startsWith("WARNING"))).toHaveLength(1);
		connection.closed();
		placer.tell(0, BUSY_INITIATOR);
		expect(events).toEqual(["terminate"]);
	});

	test("results for a client that left are dropped", () => {
		const placer = new FakePlacer();
		const { connection, output, events } = setUp(placer);
		connection.data(bytes(request("1")));
		expect(answers(output())).toEqual(["1:100"]);
		connection.closed();
		placer.tell(0, BUSY_INITIATOR);
		expect(answers(output())).toEqual(["1:100"]);
		expect(events).toEqual([]);
	});

	test("a refused request gets its reason", () => {
		const placer = new FakePlacer();
		placer.refusal = { code: 503, text: "Too many calls: MaxCalls is 1", final: true };
		const { connection, output } = setUp(placer);
		connection.data(bytes(request("1")));
		expect(output()).toContain('<Result Code="503">Too many calls: MaxCalls is 1</Result>');
	});

	test("a placer that fails gives a final result and a log line", () => {
		const broken = new FakePlacer();
		broken.place = () => {
			throw new Error("no legs");
		};
		const { connection, output, log } = setUp(broken);
		connection.data(bytes(request("1")));
		expect(answers(output())).toEqual(["1:500"]);
		expect(log.lines.join()).toContain("no legs");
	});
});

describe("turns", () => {
	/** Turns that a test gives one by one. */
	function slowTurns() {
		const waiting: (() => void)[] = [];
		const turns: Turns = { take: (_, work) => void waiting.push(work) };
		return { turns, waiting, next: () => waiting.shift()?.() };
	}
	const slow = () => {
		const placer = new FakePlacer();
		const { turns, waiting, next } = slowTurns();
		return { placer, waiting, next, ...setUp(placer, undefined, turns) };
	};

	test("one request is read in a turn, whatever came with it", () => {
		const { connection, placer, waiting, next } = slow();
		connection.data(bytes(request("1") + request("2")));
		connection.data(bytes(request("3")));
		expect([placer.requests.length, waiting.length]).toEqual([0, 1]);
		next();
		expect([placer.requests.length, waiting.length]).toEqual([1, 1]);
		next();
		next();
		expect([placer.requests.length, waiting.length]).toEqual([3, 0]);
	});

	test("a client has to wait when it has sent more than 64 KiB that was not read", () => {
		const { connection, events, placer, next } = slow();
		const sent = request("x".repeat(40_000));
		connection.data(bytes(sent));
		expect(events).toEqual([]);
		connection.data(bytes(sent + sent));
		connection.data(bytes(sent));
		expect(events).toEqual(["pause"]);
		next();
		next();
		expect(events).toEqual(["pause"]);
		next();
		expect(events).toEqual(["pause", "resume"]);
		next();
		expect(placer.requests).toHaveLength(4);
	});

	test("the end of what a client sends is seen after its requests", () => {
		const { connection, events, next, placer, output } = slow();
		connection.data(bytes(request("1") + request("2")));
		connection.halfClosed();
		next();
		placer.tell(0, BUSY_INITIATOR);
		expect(events).toEqual([]);
		next();
		placer.tell(1, BUSY_INITIATOR);
		expect(answers(output())).toEqual(["1:100", "1:486", "2:100", "2:486"]);
		expect(events).toEqual(["end"]);
	});

	test("requests of a client that left are carried out; those of one that was cut off are not", () => {
		const left = slow();
		left.connection.data(bytes(request("1")));
		left.connection.closed();
		left.next();
		expect(left.placer.requests).toHaveLength(1);
		expect(left.output()).toBe("");

		const cutOff = slow();
		cutOff.socket.room = 0;
		cutOff.connection.data(bytes(request("x".repeat(60_000)) + request("2")));
		cutOff.next();
		for (let told = 0; told < 20; told += 1) cutOff.placer.tell(0, RINGING_INITIATOR);
		expect(cutOff.events).toEqual(["terminate"]);
		cutOff.connection.closed();
		cutOff.next();
		expect(cutOff.placer.requests).toHaveLength(1);
	});

	test("a server that stops reads no more requests", () => {
		const { connection, next, placer } = slow();
		connection.data(bytes(request("1")));
		connection.shutDown();
		next();
		expect(placer.requests).toEqual([]);
	});
});

const hangup = (id: string): string =>
	`<ClickToCall><Hangup><Id>${id}</Id></Hangup><Ref>h</Ref></ClickToCall>`;

describe("orders", () => {
	const wanting = request("1").replace("<Ref>", "<WantId>true</WantId><Ref>");

	test("the 100 tells the id of the call to who wants it; no other result does", () => {
		const placer = new FakePlacer();
		const { connection, output } = setUp(placer);
		connection.data(bytes(wanting + request("2")));
		placer.tell(0, BUSY_INITIATOR);
		const [first = "", ...others] = output().split("</ClickToCall>");
		expect(first).toContain(
			"  <Response>\r\n    <Id>call-1</Id>\r\n    <TranslatedInitiator>sip:a@example.com</TranslatedInitiator>\r\n",
		);
		expect(others.join()).not.toContain("<Id>");
		expect(answers(output())).toEqual(["1:100", "2:100", "1:486"]);
	});

	test("a call that fails at once still has its results in order, and its id", () => {
		const placer = new FakePlacer();
		const place = placer.place.bind(placer);
		placer.place = (asked) => {
			const placed = place(asked);
			if (!placed.accepted) return placed;
			const listen: typeof placed.listen = (listener) => {
				placed.listen(listener);
				listener(BUSY_INITIATOR);
			};
			return { ...placed, listen };
		};
		const { connection, output, events } = setUp(placer);
		connection.data(bytes(wanting));
		expect(answers(output())).toEqual(["1:100", "1:486"]);
		expect(output()).toContain("<Id>call-1</Id>");
		connection.halfClosed();
		expect(events).toEqual(["end"]);
	});

	test("a refused request has no id to tell, and one that fails inside is told so", () => {
		const placer = new FakePlacer();
		placer.refusal = { code: 503, text: "Too many calls: MaxCalls is 1", final: true };
		const refused = setUp(placer);
		refused.connection.data(bytes(wanting));
		expect(answers(refused.output())).toEqual(["1:503"]);
		expect(refused.output()).not.toContain("<Id>");
		placer.place = () => {
			throw new Error("no legs");
		};
		const broken = setUp(placer);
		broken.connection.data(bytes(wanting));
		expect(answers(broken.output())).toEqual(["1:500"]);
	});

	test("WantId is true or false", () => {
		const { connection, output } = setUp();
		connection.data(bytes(wanting.replace("true", "false") + wanting.replace("true", "perhaps")));
		expect(answers(output())).toEqual(["1:100", "1:400"]);
		expect(output()).not.toContain("<Id>");
		expect(output()).toContain("Invalid WantId: expected true or false");
	});

	test("Hangup ends a call, whoever asked for it; its answer repeats the order", () => {
		const placer = new FakePlacer();
		const { connection, output } = setUp(placer);
		connection.data(bytes(request("1") + hangup("call-1")));
		expect(placer.hungUp).toEqual(["call-1"]);
		expect(output()).toEndWith(
			"<ClickToCall><Hangup><Id>call-1</Id></Hangup>\r\n  <Response>\r\n" +
				'    <Result Code="200">Hung up</Result>\r\n  </Response>\r\n<Ref>h</Ref></ClickToCall>',
		);
	});

	test("Hangup says when it does not reach the destination", () => {
		const { connection, live, output } = setUp();
		const call = { ...CALL, id: "call-1" };
		live.hear({ kind: "placed", call });
		live.hear({ kind: "state", call: { ...call, state: "referring" } });
		connection.data(bytes(request("1") + hangup("call-1")));
		expect(output()).toContain('<Result Code="200">Hung up; the destination may keep ringing');
	});

	test("a call that there is not can be neither ended nor told of", () => {
		const { connection, output } = setUp();
		connection.data(bytes(`${hangup("call-7")}<ClickToCall><Status><Id>call-7</Id></Status></ClickToCall>`));
		expect(output().split('<Result Code="404">No such call</Result>')).toHaveLength(3);
	});

	test("an order that is wrong places and ends nothing", () => {
		const placer = new FakePlacer();
		const { connection, output } = setUp(placer);
		connection.data(bytes("<ClickToCall><Hangup></Hangup></ClickToCall>"));
		expect(output()).toContain('<Hangup></Hangup>\r\n  <Response>\r\n    <Result Code="400">Missing Id tag');
		expect([placer.hungUp, placer.requests]).toEqual([[], []]);
	});

	test("Status tells of the server and its calls, or of one of them", () => {
		const { connection, live, output } = setUp();
		live.hear({ kind: "placed", call: CALL });
		live.hear({ kind: "placed", call: { ...CALL, id: "c2" } });
		connection.data(bytes("<ClickToCall><Status/></ClickToCall>"));
		expect(output()).toStartWith("<ClickToCall><Status/>\r\n  <Response>\r\n    <Version>");
		expect(output()).toContain("<InProgress>2</InProgress>\r\n    <Call>\r\n      <Id>c1</Id>");
		expect(output()).toEndWith('    <Result Code="200">OK</Result>\r\n  </Response>\r\n</ClickToCall>');
		const before = output().length;
		connection.data(bytes("<ClickToCall><Status><Id>c2</Id></Status></ClickToCall>"));
		const one = output().slice(before);
		expect(one).toContain('<Initiator State="calling">a</Initiator>');
		expect([...one.matchAll(/<Call>/g)]).toHaveLength(1);
	});

	const resume = (id: string, ref = ""): string =>
		`<ClickToCall><Resume><Id>${id}</Id>${ref}</Resume></ClickToCall>`;

	test("Resume says what the call is now, and then each result up to the final one", () => {
		const placer = new FakePlacer();
		const { connection, live, output } = setUp(placer);
		live.hear({ kind: "placed", call: CALL });
		connection.data(bytes(resume("c1", "<Ref>7</Ref>")));
		const order = "<ClickToCall><Resume><Id>c1</Id><Ref>7</Ref></Resume>\r\n  <Response>\r\n";
		const end = "  </Response>\r\n</ClickToCall>";
		const first = output();
		expect(first).toBe(
			`${order}    <Call>\r\n      <Id>c1</Id>\r\n      <Way>refer</Way>\r\n` +
				"      <State>calling initiator</State>\r\n" +
				'      <Initiator State="calling">a</Initiator>\r\n' +
				"      <TranslatedInitiator>sip:a@h</TranslatedInitiator>\r\n" +
				'      <Destination State="waiting">b</Destination>\r\n' +
				"      <TranslatedDestination>sip:b@h</TranslatedDestination>\r\n" +
				"      <StartedAt>1970-01-01T00:00:01.000Z</StartedAt>\r\n      <Via>http</Via>\r\n    </Call>\r\n" +
				`    <Result Code="100">Resumed</Result>\r\n${end}`,
		);
		for (const result of [RINGING_INITIATOR, BUSY_INITIATOR, BUSY_INITIATOR])
			placer.followers.tell("c1", result);
		expect(output().slice(first.length)).toBe(
			`${order}    <Result Code="180" Leg="Initiator">Ringing initiator</Result>\r\n${end}` +
				`${order}    <Result Code="486" Leg="Initiator">Failed to connect to initiator</Result>\r\n${end}`,
		);
	});

	test("Resume gets the final result at once when it is out: nothing follows", () => {
		const placer = new FakePlacer();
		const { connection, live, output } = setUp(placer);
		live.hear({ kind: "placed", call: CALL });
		live.hear({ kind: "result", call: CALL, result: BUSY_INITIATOR });
		connection.data(bytes(resume("c1")));
		live.hear({ kind: "state", call: { ...CALL, state: "ended" } });
		connection.data(bytes(resume("c1")));
		placer.followers.tell("c1", BUSY_INITIATOR);
		const answers = output().split("<ClickToCall>").slice(1);
		expect(answers).toHaveLength(2);
		for (const answer of answers) {
			expect(answer).toContain(
				'<FinalResult Code="486" Leg="Initiator">Failed to connect to initiator</FinalResult>\r\n    </Call>\r\n' +
					'    <Result Code="486" Leg="Initiator">Failed to connect to initiator</Result>\r\n',
			);
		}
	});

	test("Resume of a call that ended with the server, without a result, gets 487", () => {
		const { connection, live, output } = setUp(new FakePlacer());
		live.hear({ kind: "placed", call: CALL });
		live.hear({ kind: "state", call: { ...CALL, state: "ended" } });
		connection.data(bytes(resume("c1")));
		const [answer = "", ...more] = output().split("<ClickToCall>").slice(1);
		expect(more).toEqual([]);
		expect(answer).toContain("<State>ended</State>");
		expect(answer).not.toContain("<FinalResult");
		expect(answer).toContain('<Result Code="487">The server went down during the call</Result>');
	});

	test("Resume of a call that there is not is refused, without a phone in the answer", () => {
		const { connection, output } = setUp();
		connection.data(bytes(resume("c7")));
		expect(output()).toContain('<Result Code="404">No such call</Result>');
	});

	test("several clients may resume a call; one that asks twice gets each result once, for the latter", () => {
		const placer = new FakePlacer();
		const [one, other] = [setUp(placer), setUp(placer)];
		for (const { live, connection } of [one, other]) {
			live.hear({ kind: "placed", call: CALL });
			connection.data(bytes(resume("c1", "<Ref>1</Ref>")));
		}
		one.connection.data(bytes(resume("c1", "<Ref>2</Ref>")));
		placer.followers.tell("c1", BUSY_INITIATOR);
		const refsOf = (output: string) =>
			output
				.split("<ClickToCall>")
				.flatMap((part) => (part.includes("486") ? /<Ref>(.)/.exec(part)?.[1] : []));
		expect([refsOf(one.output()), refsOf(other.output())]).toEqual([["2"], ["1"]]);
	});

	test("too many clients cannot resume one call; those that are gone do not count", () => {
		const placer = new FakePlacer();
		const clients = Array.from({ length: MAX_FOLLOWERS + 1 }, () => setUp(placer));
		const resumeAt = ({ live, connection, output }: ReturnType<typeof setUp>): string => {
			live.hear({ kind: "placed", call: CALL });
			connection.data(bytes(resume("c1")));
			return /<Result.*(?=<)/.exec(output())?.[0] ?? "";
		};
		const answers = clients.map(resumeAt);
		expect(answers.slice(0, -1).every((answer) => answer === '<Result Code="100">Resumed')).toBeTrue();
		expect(answers.at(-1)).toBe('<Result Code="503">Too many clients follow this call');
		clients[0]?.connection.closed();
		expect(resumeAt(setUp(placer))).toBe('<Result Code="100">Resumed');
	});

	test("a client that sends no more gets the results of the call that it has resumed, and is closed then", () => {
		const placer = new FakePlacer();
		const { connection, live, events, output } = setUp(placer);
		live.hear({ kind: "placed", call: CALL });
		connection.data(bytes(resume("c1")));
		connection.halfClosed();
		expect([output().includes("Resumed"), events]).toEqual([true, []]);
		placer.followers.tell("c1", BUSY_INITIATOR);
		expect([output().includes('Code="486"'), events]).toEqual([true, ["end"]]);
	});

	test("a client that asks again and again without reading is closed, and costs no more than that", () => {
		const { connection, events, live, socket } = setUp();
		socket.room = 0;
		for (let id = 0; id < 400; id += 1) {
			live.hear({ kind: "placed", call: { ...CALL, id: `c${id}` } });
		}
		let told = 0;
		const list = live.list.bind(live);
		live.list = () => {
			told += 1;
			return list();
		};
		connection.data(bytes("<ClickToCall><Status/></ClickToCall>".repeat(500)));
		expect(events).toEqual(["terminate"]);
		expect(told).toBeLessThan(20);
	});
});
