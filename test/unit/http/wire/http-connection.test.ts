import { describe, expect, test } from "bun:test";
import {
	HttpConnection,
	IDLE_TIMEOUT,
	REQUEST_TIMEOUT,
	SEND_TIMEOUT,
} from "../../../../src/http/wire/http-connection.ts";
import { MAX_BODY, MAX_HEAD } from "../../../../src/http/wire/request-reader.ts";
import { FakeClock } from "../../../support/fake-clock.ts";
import { bytes, turnsAtOnce } from "../../xml/support.ts";

const get = (path: string, more = ""): string => `GET ${path} HTTP/1.1\r\nHost: box\r\n${more}\r\n`;

const UPLOAD_LIMIT = 1_000_000;
const upload = (octets: number, more = ""): string =>
	`POST /upload HTTP/1.1\r\nHost: box\r\nContent-Length: ${octets}\r\n${more}\r\n`;

/** A connection whose requests are answered by their path, unless a test says otherwise. */
function setUp(
	answer: (request: Request) => Response | Promise<Response> = ({ url }) =>
		new Response(new URL(url).pathname),
) {
	const events: string[] = [];
	const answered: number[] = [];
	const clock = new FakeClock();
	const socket = {
		room: Number.POSITIVE_INFINITY,
		output: "",
		write(data: Uint8Array): number {
			const taken = data.subarray(0, Math.min(data.length, this.room));
			this.room -= taken.length;
			this.output += Buffer.from(taken).toString("latin1");
			return taken.length;
		},
		pause: () => void events.push("pause"),
		resume: () => void events.push("resume"),
		shutdown: () => void events.push("shutdown"),
		end: () => void events.push("end"),
		terminate: () => void events.push("terminate"),
	};
	const connection = new HttpConnection({
		socket,
		peer: "192.0.2.7",
		localHost: "192.0.2.1:5090",
		answer,
		answered: (status) => void answered.push(status),
		uploadLimit: ({ url }) => (url.endsWith("/upload") ? UPLOAD_LIMIT : undefined),
		turns: turnsAtOnce(),
		clock,
	});
	const send = (text: string) => connection.data(bytes(text));
	/** Statuses and bodies so far. */
	const answers = (): string[] =>
		socket.output
			.split(/(?=HTTP\/1\.1 \d)/)
			.filter((one) => one !== "")
			.map((one) => `${one.slice(9, 12)} ${one.slice(one.indexOf("\r\n\r\n") + 4)}`);
	return { connection, socket, clock, events, answered, send, answers };
}

/** Lets promises and immediates that are due run. */
async function settle(): Promise<void> {
	for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

describe("HttpConnection", () => {
	test("pipelined requests are answered in their order, however long an answer takes", async () => {
		const slow = Promise.withResolvers<Response>();
		const asked: string[] = [];
		const { send, answers } = setUp((request) => {
			const { pathname } = new URL(request.url);
			asked.push(pathname);
			return pathname === "/slow" ? slow.promise : new Response(pathname);
		});
		send(get("/slow") + get("/b") + get("/c"));
		await settle();
		expect([asked, answers()]).toEqual([["/slow"], []]);
		slow.resolve(new Response("at last"));
		await settle();
		expect(answers()).toEqual(["200 at last", "200 /b", "200 /c"]);
	});

	test("a method that nobody knows gets 501, is never read as GET, and the next request is answered", async () => {
		const methods: string[] = [];
		const { send, answers, answered } = setUp(({ method }) => {
			methods.push(method);
			return new Response("");
		});
		send(`FOO /x HTTP/1.1\r\nHost: box\r\n\r\nget / HTTP/1.1\r\nHost: box\r\n\r\n${get("/")}`);
		await settle();
		expect(answers().map((one) => one.slice(0, 3))).toEqual(["501", "501", "200"]);
		expect([methods, answered]).toEqual([["GET"], [501, 501]]);
	});

	test("HTTP/1.0 is answered and closed, unless it wants to go on", async () => {
		const once = setUp();
		once.send("GET /a HTTP/1.0\r\n\r\n");
		await settle();
		expect(once.answers()).toEqual(["200 /a"]);
		expect(once.events).toEqual(["end"]);
		const more = setUp();
		more.send("GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
		await settle();
		expect(more.socket.output).toContain("Connection: keep-alive\r\n");
		expect(more.events).toEqual([]);
	});

	test("a client that only closed its sending side gets its answers, then the end", async () => {
		const { connection, send, answers, events } = setUp();
		send(get("/a") + get("/b"));
		connection.halfClosed();
		await settle();
		expect(answers()).toEqual(["200 /a", "200 /b"]);
		expect(events).toEqual(["end"]);
	});

	test("what is no HTTP gets a reason, and the connection closes once that is read", async () => {
		const { connection, clock, send, answers, events, answered } = setUp();
		send(`GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n${get("/late")}`);
		await settle();
		expect(answers()).toEqual(["400 There is more than one Host field.\n"]);
		expect(events).toEqual(["shutdown"]);
		expect(answered).toEqual([400]);
		send(get("/later"));
		connection.halfClosed();
		expect(events).toEqual(["shutdown", "end"]);
		clock.advance(600_000);
		expect([events, clock.pending]).toEqual([["shutdown", "end"], 0]);
	});

	test("who sends nonsense without end is not read any more", async () => {
		const { clock, send, events } = setUp();
		send(`GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n`);
		await settle();
		for (let sent = 0; sent <= MAX_HEAD + MAX_BODY; sent += 10_000) send("x".repeat(10_000));
		expect(events).toEqual(["shutdown", "pause"]);
		clock.advance(10_000);
		expect(events).toEqual(["shutdown", "pause", "terminate"]);
	});

	test("HEAD and 204 have no body; a body that is there has its length, one that comes bit by bit has chunks", async () => {
		const pieces = Promise.withResolvers<void>();
		const { send, socket } = setUp(({ method, url }) => {
			if (method === "HEAD") return new Response("not this");
			if (url.endsWith("/none")) return new Response(null, { status: 204 });
			if (url.endsWith("/empty")) return new Response(null);
			return new Response(
				new ReadableStream({
					start: (controller) => controller.enqueue(bytes("first")),
					pull: async (controller) => {
						await pieces.promise;
						controller.enqueue(bytes("second"));
						controller.close();
					},
				}),
			);
		});
		send(`${get("/").replace("GET", "HEAD")}${get("/none")}${get("/empty")}${get("/stream")}`);
		await settle();
		expect(socket.output).not.toContain("not this");
		const [head = "", none = "", empty = "", stream = ""] = socket.output.split(/(?=HTTP\/1\.1 )/);
		expect(head).not.toContain("Content-Length");
		expect(none).not.toContain("Content-Length");
		expect(empty).toContain("Content-Length: 0\r\n");
		expect(stream).toContain("Transfer-Encoding: chunked\r\n");
		expect(stream).toEndWith("\r\n\r\n5\r\nfirst\r\n");
		pieces.resolve();
		await settle();
		expect(socket.output).toEndWith("5\r\nfirst\r\n6\r\nsecond\r\n0\r\n\r\n");
	});

	test("a body that fails in the middle ends the connection, not the body", async () => {
		const { send, events, socket } = setUp(
			() =>
				new Response(
					new ReadableStream({
						start: (controller) => controller.enqueue(bytes("first")),
						pull: async () => {
							await settle();
							throw new Error("disk");
						},
					}),
				),
		);
		send(get("/"));
		await settle();
		await settle();
		expect(events).toEqual(["terminate"]);
		expect(socket.output).not.toEndWith("0\r\n\r\n");
	});

	test("a request of two octets of body waits for them, and is told to go on", async () => {
		const { send, answers, socket } = setUp(async (request) => new Response(await request.text()));
		send("POST / HTTP/1.1\r\nHost: box\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
		await settle();
		expect(socket.output).toBe("HTTP/1.1 100 Continue\r\n\r\n");
		send("ok");
		await settle();
		expect(answers()).toEqual(["100 ", "200 ok"]);
	});
});

describe("time", () => {
	test("who sends nothing is closed, who sends half a request is told 408", async () => {
		const silent = setUp();
		silent.clock.advance(REQUEST_TIMEOUT);
		expect(silent.events).toEqual(["end"]);
		const slow = setUp();
		slow.send("GET / HTTP/1.1\r\n");
		slow.clock.advance(REQUEST_TIMEOUT - 1);
		slow.send("Host: box\r\n");
		slow.clock.advance(1);
		await settle();
		expect(slow.answers()).toEqual(["408 The request did not arrive completely in time.\n"]);
	});

	test("a connection may wait for its next request, and then has the whole time for it", async () => {
		const { send, clock, events } = setUp();
		send(get("/a"));
		await settle();
		clock.advance(IDLE_TIMEOUT - 1);
		send("GET / HTTP/1.1\r\n");
		clock.advance(REQUEST_TIMEOUT - 1);
		send("Host: box\r\n\r\n");
		await settle();
		clock.advance(IDLE_TIMEOUT - 1);
		expect(events).toEqual([]);
		clock.advance(1);
		expect([events, clock.pending]).toEqual([["end"], 0]);
	});

	test("an answer that takes its time is waited for", async () => {
		const slow = Promise.withResolvers<Response>();
		const { send, clock, answers, events } = setUp(() => slow.promise);
		send(get("/a"));
		clock.advance(600_000);
		slow.resolve(new Response("late"));
		await settle();
		expect([answers(), events]).toEqual([["200 late"], []]);
	});

	test("who reads nothing of an answer is dropped, who reads slowly is not; no more is made than is read", async () => {
		let made = 0;
		const { connection, socket, send, clock, events } = setUp(
			() =>
				new Response(
					new ReadableStream({
						pull: (controller) => {
							made += 1;
							controller.enqueue(new Uint8Array(50_000));
						},
					}),
				),
		);
		socket.room = 0;
		send(get("/endless"));
		await settle();
		const first = made;
		for (let times = 0; times < 10; times += 1) {
			clock.advance(SEND_TIMEOUT - 1);
			socket.room = 1000;
			connection.drain();
		}
		await settle();
		expect([made, events]).toEqual([first, []]);
		clock.advance(SEND_TIMEOUT);
		await settle();
		expect([events, clock.pending]).toEqual([["terminate"], 0]);
		expect(made).toBe(first);
	});

	test("a client that leaves ends what is made for it", async () => {
		const ended: string[] = [];
		const { connection, send, clock } = setUp(
			() => new Response(new ReadableStream({ cancel: () => void ended.push("body") })),
		);
		send(get("/events"));
		await settle();
		connection.closed();
		await settle();
		expect([ended, clock.pending]).toEqual([["body"], 0]);
	});

	test("a client has to wait while more than a whole request of its was not read", async () => {
		const slow = Promise.withResolvers<void>();
		const { send, events, answers } = setUp(() => slow.promise.then(() => new Response("")));
		send(get("/a") + get("/b", `X: ${"x".repeat(16_000)}\r\n`).repeat(6));
		expect(events).toEqual(["pause"]);
		slow.resolve();
		await settle();
		expect(events).toEqual(["pause", "resume"]);
		expect(answers().length).toBeGreaterThan(1);
	});

	test("an upload is read as it comes, and the connection goes on after it", async () => {
		const pieces: string[] = [];
		const { send, answers } = setUp(async (request) => {
			if (request.method === "GET") return new Response("next");
			for await (const piece of request.body ?? []) pieces.push(Buffer.from(piece).toString());
			return new Response(String(pieces.join("").length));
		});
		send(`${upload(9)}abc`);
		await settle();
		expect([pieces, answers()]).toEqual([["abc"], []]);
		send("def");
		await settle();
		expect(pieces).toEqual(["abc", "def"]);
		send(`ghi${get("/next")}`);
		await settle();
		expect(pieces).toEqual(["abc", "def", "ghi"]);
		expect(answers()).toEqual(["200 9", "200 next"]);
	});

	test("an upload waits while nobody reads it, in the memory of one request", async () => {
		const go = Promise.withResolvers<void>();
		let octets = 0;
		const { send, events, answers } = setUp(async (request) => {
			await go.promise;
			for await (const piece of request.body ?? []) octets += piece.length;
			return new Response(String(octets));
		});
		send(upload(400_000));
		for (let sent = 0; sent < 400_000 && events.length === 0; sent += 40_000) send("x".repeat(40_000));
		await settle();
		expect([events, octets]).toEqual([["pause"], 0]);
		go.resolve();
		await settle();
		expect([events, octets]).toEqual([["pause", "resume"], 120_000]);
		for (let sent = 120_000; sent < 400_000; sent += 40_000) {
			send("x".repeat(40_000));
			await settle();
		}
		expect(answers()).toEqual(["200 400000"]);
	});

	test("whoever may not upload is told before anything of it is taken, and not left to send it", async () => {
		const { send, events, socket, clock } = setUp(() => new Response("no", { status: 403 }));
		send(upload(900_000, "Expect: 100-continue\r\n"));
		await settle();
		expect(socket.output).toStartWith("HTTP/1.1 403");
		expect(socket.output).toContain("Connection: close\r\n");
		expect(events).toEqual(["shutdown"]);
		clock.advance(REQUEST_TIMEOUT);
		expect([events, clock.pending]).toEqual([["shutdown", "terminate"], 0]);
	});

	test("a client that asks is told to send its upload once it is read", async () => {
		const { send, socket } = setUp(async (request) => new Response(await request.text()));
		send(upload(3, "Expect: 100-continue\r\n"));
		await settle();
		expect(socket.output).toBe("HTTP/1.1 100 Continue\r\n\r\n");
		send("abc");
		await settle();
		expect(socket.output).toEndWith("abc");
	});

	test("an upload beyond its limit gets 413, and other pages take no more than before", async () => {
		for (const head of [upload(UPLOAD_LIMIT + 1), upload(MAX_BODY + 1).replace("/upload", "/other")]) {
			const { send, answered } = setUp();
			send(head);
			await settle();
			expect(answered).toEqual([413]);
		}
	});

	test.each([
		["stops sending", ({ clock }: ReturnType<typeof setUp>) => clock.advance(REQUEST_TIMEOUT)],
		["leaves", ({ connection }: ReturnType<typeof setUp>) => connection.closed()],
		["closes its side", ({ connection }: ReturnType<typeof setUp>) => connection.halfClosed()],
	])("an upload whose client %s is not taken for whole", async (_how, stop) => {
		const outcome: string[] = [];
		const bench = setUp(async (request) => {
			outcome.push(
				await request.text().then(
					() => "whole",
					() => "failed",
				),
			);
			return new Response("");
		});
		bench.send(`${upload(9)}abc`);
		await settle();
		stop(bench);
		await settle();
		expect(outcome).toEqual(["failed"]);
		expect(bench.clock.pending).toBe(0);
	});
});
