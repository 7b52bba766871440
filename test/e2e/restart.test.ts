import { afterEach, expect, test } from "bun:test";
import { SimulatedPhone } from "../../src/simulator/phone.ts";
import { ServerProcess } from "../support/server-process.ts";
import { XmlClient } from "../support/xml-client.ts";

const stops: (() => unknown)[] = [];
afterEach(async () => {
	for (const stop of stops.splice(0).reverse()) await stop();
});

interface Connected {
	readonly server: ServerProcess;
	readonly phones: readonly [SimulatedPhone, SimulatedPhone];
	readonly id: string;
}

/** Two phones that talk, and the server between them. */
async function connect(settings: Record<string, string | number> = {}): Promise<Connected> {
	const server = await ServerProcess.start({ settings: { KeepCalls: 1, ...settings } });
	stops.push(() => server.stop());
	const open = () => SimulatedPhone.start({ address: "127.0.0.1", port: 0, protocol: "UDP" });
	const phones = [await open(), await open()] as const;
	stops.push(...phones.map((phone) => () => phone.stop()));
	const client = await XmlClient.connect(server.xmlPort);
	const call = client.place({
		initiator: phones[0].uri("answer"),
		destination: phones[1].uri("answer"),
		anchor: true,
	});
	expect((await call.finished()).at(-1)).toBe("200 Destination");
	client.stop();
	const id = String((await calls(server))[0]?.id);
	// What was connected some time ago is in the file.
	await Bun.sleep(200);
	return { server, phones, id };
}

/** What the interface for programs says. */
async function ask(server: ServerProcess, path: string): Promise<Record<string, unknown>> {
	const answer: unknown = await (await fetch(`http://localhost:${server.httpPort}/api/v1/${path}`)).json();
	return { ...(typeof answer === "object" && answer) };
}

async function calls(server: ServerProcess): Promise<readonly Record<string, unknown>[]> {
	const { calls: listed } = await ask(server, "calls");
	return Array.isArray(listed) ? listed : [];
}

test.each([
	["SIGKILL", 0],
	["SIGKILL", 1],
	["SIGTERM", 0],
] as const)(
	"after %s phone %i hangs up, and the other one is told",
	async (signal, index) => {
		const { server, phones, id } = await connect();
		server.signal(signal);
		await server.exited;
		await server.restart();
		expect(await calls(server)).toMatchObject([{ id, state: "connected" }]);
		phones[index].hangup();
		await Promise.all(phones.map((phone) => phone.idle()));
		for (let tries = 0; (await calls(server)).length > 0 && tries < 100; tries++) await Bun.sleep(20);
		expect(await ask(server, `calls/${id}`)).toMatchObject({
			state: "ended",
			result: { code: 200, leg: "Destination" },
			endedBy: index === 0 ? "initiator" : "destination",
		});
	},
	30_000,
);

test("a server killed twice still has the call, and one row in the history tells all of it", async () => {
	const { server, phones, id } = await connect();
	await Bun.sleep(1000);
	for (let kills = 0; kills < 2; kills++) {
		await server.kill();
		await server.restart();
	}
	phones[0].hangup();
	await Promise.all(phones.map((phone) => phone.idle()));
	server.signal("SIGTERM");
	await server.exited;
	await server.restart();
	const { calls: rows } = await ask(server, "history");
	expect(rows).toMatchObject([{ id, state: "ended", result: { code: 200 }, endedBy: "initiator" }]);
	const { steps } = await ask(server, `history/${id}`);
	expect(JSON.stringify(steps)).toMatch(/calling initiator.*connected.*taken up again.*ended/);
}, 30_000);

test("KeepCalls = 0 ends the calls of a server that is told to stop", async () => {
	const { server, phones } = await connect({ KeepCalls: 0 });
	server.signal("SIGTERM");
	await Promise.all(phones.map((phone) => phone.idle()));
	expect(await server.exited).toBe(0);
	await server.restart();
	expect(await calls(server)).toEqual([]);
}, 30_000);

test("a request with an Idempotency-Key that is sent again after a kill calls nobody twice", async () => {
	const { server, phones } = await connect();
	const post = async (destination: string) => {
		const response = await fetch(`http://localhost:${server.httpPort}/api/v1/calls`, {
			method: "POST",
			headers: { "Content-Type": "application/json", "Idempotency-Key": "order-1" },
			body: JSON.stringify({ initiator: phones[0].uri("answer"), destination, anchor: true }),
		});
		const answer: unknown = await response.json();
		return { status: response.status, ...(typeof answer === "object" && answer) };
	};
	const first = await post(phones[1].uri("answer"));
	expect(first).toMatchObject({ status: 201, id: expect.any(String) });
	await server.kill();
	await server.restart();
	expect(await post(phones[1].uri("answer"))).toEqual(first);
	expect(phones[0].calls).toHaveLength(2);
	expect(await post(phones[1].uri("busy"))).toMatchObject({ errors: [{ field: "Idempotency-Key" }] });
	expect(phones[0].calls).toHaveLength(2);
}, 30_000);
