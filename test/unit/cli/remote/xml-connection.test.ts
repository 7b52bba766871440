import { afterEach, describe, expect, test } from "bun:test";
import type { CallSnapshot } from "../../../../src/call/events.ts";
import { RemoteError } from "../../../../src/cli/remote/remote-error.ts";
import { isFinal, XmlConnection } from "../../../../src/cli/remote/xml-connection.ts";
import { LiveCalls } from "../../../../src/live/live-calls.ts";
import { ConnectionLimits } from "../../../../src/net/connection-limits.ts";
import { FairTurns } from "../../../../src/net/fair-turns.ts";
import { XmlServer } from "../../../../src/xml/server.ts";
import { FakeClock } from "../../../support/fake-clock.ts";
import { MemoryLogger } from "../../../support/memory-logger.ts";
import { BUSY_INITIATOR, FakePlacer } from "../../xml/support.ts";

const stops: (() => unknown)[] = [];

afterEach(async () => {
	for (const stop of stops.splice(0).reverse()) await stop();
});

async function open(port: number): Promise<XmlConnection> {
	const connection = await XmlConnection.open({ host: "127.0.0.1", port, text: "here" });
	stops.push(() => connection.close());
	return connection;
}

async function setUp() {
	const calls = new FakePlacer();
	const live = new LiveCalls();
	const server = new XmlServer({
		limits: new ConnectionLimits({ total: 0, perAddress: 0 }),
		turns: new FairTurns(),
		bind: ["127.0.0.1"],
		port: 0,
		allow: [],
		calls,
		live,
		clock: new FakeClock(),
		log: new MemoryLogger(),
	});
	await server.start();
	stops.push(() => server.stop());
	return { calls, live, connection: await open(server.addresses[0]?.port ?? 0) };
}

/** A server that says this to whatever it is asked, then closes when it is told so. */
async function withStranger(text: string, closes = false): Promise<XmlConnection> {
	const listener = Bun.listen({
		hostname: "127.0.0.1",
		port: 0,
		socket: {
			data: (socket) => {
				socket.write(text);
				if (closes) socket.end();
			},
		},
	});
	stops.push(() => listener.stop(true));
	return open(listener.port);
}

function snapshot(id: string, initiator: string): CallSnapshot {
	return {
		id,
		request: { initiator, destination: "b & <c>", anchor: true, origin: { via: "http", user: "admin" } },
		initiator: "sip:a@h",
		destination: "sip:b@h",
		way: "anchor",
		state: "calling initiator",
		startedAt: 1_700_000_000_000,
		age: 0,
	};
}

describe("a connection with a server", () => {
	test("places calls, hears their results and ids, and hangs them up, all at a time", async () => {
		const { calls, connection } = await setUp();
		const heard: string[] = [];
		const place = (initiator: string) =>
			connection.place({ initiator, destination: "b", anchor: true }, ({ code, response }) => {
				heard.push(`${initiator} ${code} ${response.getElementsByTagName("Id").item(0)?.textContent ?? ""}`);
			});
		const [first, second] = [place("a & <1>"), place("2")];
		expect(await connection.hangUp("call-2")).toBe("Hung up");
		expect(await connection.hangUp("call-9")).toBeUndefined();
		calls.tell(1, BUSY_INITIATOR);
		expect(await second).toMatchObject({
			code: 486,
			leg: "Initiator",
			text: "Failed to connect to initiator",
		});
		calls.tell(0, { ...BUSY_INITIATOR, code: 603 });
		expect((await first).code).toBe(603);
		expect(heard.sort()).toEqual(["2 100 call-2", "2 486 ", "a & <1> 100 call-1", "a & <1> 603 "]);
		expect(calls.requests.map(({ initiator, anchor }) => [initiator, anchor])).toEqual([
			["a & <1>", true],
			["2", true],
		]);
	});

	test("tells of the server and of all calls, however many pages they take", async () => {
		const { live, connection } = await setUp();
		for (let index = 0; index < 500; index += 1)
			live.hear({ kind: "placed", call: snapshot(`c${index}`, `<${index}>`) });
		const { calls, ...server } = await connection.status();
		expect(server).toMatchObject({ draining: false, inProgress: 500 });
		expect(calls).toHaveLength(500);
		expect(new Set(calls.map(({ id }) => id)).size).toBe(500);
		expect(calls.find(({ id }) => id === "c7")).toEqual(live.get("c7") ?? calls[0]);
	});

	test("tells which box has a call, and since when the other boxes are not seen", async () => {
		const { live, connection } = await setUp();
		live.box = "here";
		live.hear({ kind: "placed", call: snapshot("c1", "a") });
		expect(await connection.status()).not.toHaveProperty("clusterLostSince");
		live.sight.lostSince = 1_700_000_000_000;
		const status = await connection.status();
		expect(status).toMatchObject({ clusterLostSince: 1_700_000_000_000, calls: [{ box: "here" }] });
	});

	test("tells of one call, as it went, and of none that there is not", async () => {
		const { live, connection } = await setUp();
		const call = snapshot("c1", "a");
		live.hear({ kind: "placed", call });
		live.hear({ kind: "result", call, result: BUSY_INITIATOR });
		live.hear({ kind: "state", call: { ...call, state: "ended" }, endedBy: "operator" });
		const status = await connection.statusOf("c1");
		expect(status?.calls).toEqual(live.ended());
		expect(await connection.statusOf("c2")).toBeUndefined();
	});
});

describe("what is no server of ours", () => {
	test("does not know the order: its refusal is told", async () => {
		const connection = await withStranger(
			'<Response>\r\n    <Result Code="400">Missing initiator and/or destination tags</Result>\r\n</Response>',
		);
		await expect(connection.hangUp("1")).rejects.toThrow(
			"here: the server does not support this: 400 Missing initiator and/or destination tags",
		);
	});

	test.each([
		["no XML", "HTTP/1.1 400 </ClickToCall>"],
		["other XML", "<html></html></ClickToCall>"],
	])("says %s", async (_, text) => {
		const connection = await withStranger(text);
		await expect(connection.status()).rejects.toThrow(RemoteError);
	});

	test.each([
		["<Way>taxi</Way>", 'Way is "taxi", expected refer, anchor'],
		["<Way>refer</Way><State>dancing</State>", 'State is "dancing", expected calling initiator, referring, '],
		[
			'<Way>refer</Way><State>ended</State><Initiator State="busy"/>',
			'State of Initiator is "busy", expected waiting, ',
		],
	])("tells of a call with a word that nobody knows: %s", async (inside, problem) => {
		const connection = await withStranger(
			`<ClickToCall><Response><Result Code="200">OK</Result><Call>${inside}</Call></Response></ClickToCall>`,
		);
		await expect(connection.status()).rejects.toThrow(problem);
	});

	test("closes the connection", async () => {
		const connection = await withStranger("<ClickToCall>", true);
		const asked = connection.place({ initiator: "a", destination: "b", anchor: false }, () => {});
		await expect(asked).rejects.toThrow("here: the server closed the connection");
		await expect(connection.status()).rejects.toThrow(RemoteError);
	});

	test("says nothing for 10 s", async () => {
		const listener = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data: () => {} } });
		stops.push(() => listener.stop(true));
		const clock = new FakeClock();
		const place = { host: "127.0.0.1", port: listener.port, text: "here" };
		const connection = await XmlConnection.open(place, clock);
		stops.push(() => connection.close());
		const asked = connection.status();
		clock.advance(10_000);
		await expect(asked).rejects.toThrow("here: no answer");
		expect(clock.pending).toBe(0);
	});

	test("is not there", async () => {
		const listener = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data: () => {} } });
		const { port } = listener;
		listener.stop(true);
		await expect(open(port)).rejects.toThrow("no server answers at here: ");
	});
});

test.each([
	[100, "", false],
	[180, "Destination", false],
	[200, "Initiator", false],
	[200, "Destination", true],
	[300, "Initiator", true],
	[486, "Destination", true],
	[503, "", true],
])("a result of %d %s is final: %p", (code, leg, final) => {
	expect(isFinal({ code, leg })).toBe(final);
});
