/** What clients of the XML socket, webhooks and event streams see when the server is killed. */
import { afterEach, expect, test } from "bun:test";
import type { EventJson } from "../../src/live/call-json.ts";
import { SimulatedPhone } from "../../src/simulator/phone.ts";
import { ServerProcess } from "../support/server-process.ts";
import { WebhookReceiver } from "../support/webhook-receiver.ts";
import { type PlaceRequest, XmlClient } from "../support/xml-client.ts";

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
	for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** A call whose server dies when the destination rings, with a receiver of webhooks that takes events only later. */
async function killedWhileRinging(
	request: Omit<PlaceRequest, "initiator">,
	signal: "SIGKILL" | "SIGTERM" = "SIGKILL",
) {
	let takes = false;
	const receiver = new WebhookReceiver(() => (takes ? 204 : 503));
	cleanups.push(() => receiver.stop());
	const phone = await SimulatedPhone.start({ address: "127.0.0.1", port: 0, protocol: "UDP" });
	cleanups.push(() => phone.stop());
	const server = await ServerProcess.start({ settings: { KeepCalls: 1, Webhook: receiver.url } });
	cleanups.push(() => server.stop());
	const client = await XmlClient.connect(server.xmlPort);
	const call = client.place({
		...request,
		initiator: phone.uri("answer"),
		destination: phone.uri(request.destination),
		extra: "<WantId>true</WantId>",
	});
	await call.reached("180 Destination");
	const id = /<Id>(\w+)<\/Id>/.exec(call.results[0]?.raw ?? "")?.[1] ?? "";
	// What happened 50 ms ago is on record.
	await Bun.sleep(200);
	server.signal(signal);
	await server.exited;
	takes = true;
	return { server, phone, receiver, id, before: call.chain };
}

async function connect(server: ServerProcess): Promise<XmlClient> {
	const client = await XmlClient.connect(server.xmlPort);
	cleanups.push(() => client.stop());
	return client;
}

const isEnd = (event: EventJson): boolean => event.kind === "state" && event.call.state === "ended";

/** The events of the call that the receiver took, as `kind what`; each must have come once. */
function told({ posts }: WebhookReceiver): string[] {
	const taken = posts.filter(({ status }) => status < 300);
	expect(new Set(taken.map(({ id }) => id)).size).toBe(taken.length);
	return taken.map(({ event }) => {
		if (event.kind === "refused") return event.kind;
		const { result, call, kind } = event;
		return kind === "result" ? `${result?.code} ${result?.leg ?? ""}`.trim() : `${kind} ${call.state}`;
	});
}

test.each(["SIGKILL", "SIGTERM"] as const)(
	"a call that goes on after %s: clients that resume it get its final result, webhooks every event",
	async (signal) => {
		const { server, receiver, id, before } = await killedWhileRinging(
			{ destination: "ring", anchor: false },
			signal,
		);
		expect(before).toEqual(["100", "180 Initiator", "200 Initiator", "180 Destination"]);
		await server.restart();
		const [one, other] = await Promise.all([connect(server), connect(server)]);
		const resumed = [one.resume(id), other.resume(id)];
		for (const call of resumed) {
			await call.reached("100");
			expect(call.results[0]?.raw).toContain("<State>referring</State>");
		}
		(await connect(server)).write(`<ClickToCall><Hangup><Id>${id}</Id></Hangup></ClickToCall>`);
		for (const call of resumed) expect(await call.finished()).toEqual(["100", "487 Destination"]);
		expect(await one.resume("nobody").finished()).toEqual(["404"]);
		await receiver.took(isEnd);
		const heard = told(receiver);
		expect(heard.filter((what) => what === "state referring").length).toBeLessThanOrEqual(2);
		expect(heard.filter((what, index) => what !== heard[index - 1])).toEqual([
			"placed calling initiator",
			"100",
			"180 Initiator",
			"200 Initiator",
			"state referring",
			"180 Destination",
			"state referring",
			"487 Destination",
			"state ended",
		]);
		// Once it is over, a third client is told the same.
		const late = await connect(server);
		const after = late.resume(id);
		expect(await after.finished()).toEqual(["487 Destination"]);
		expect(after.results[0]?.raw).toContain('<FinalResult Code="487" Leg="Destination">');
	},
	60_000,
);

test("a call that ended while its client was away: Resume and webhooks tell the same one final result", async () => {
	const { server, phone, receiver, id } = await killedWhileRinging({ destination: "ring", anchor: true });
	await server.restart();
	const events = await fetch(`http://localhost:${server.httpPort}/api/v1/events`, {
		// Of an earlier run: the stream begins with what there is now.
		headers: { "Last-Event-ID": "0000.7" },
	});
	const reader = events.body?.getReader();
	const first = new TextDecoder().decode((await reader?.read())?.value);
	await reader?.cancel();
	expect(first).toMatch(/^retry: 1000\nid: \w+\.\d+\nevent: snapshot\ndata: \{"calls":\[\]\}\n/);
	const client = await connect(server);
	expect(await client.resume(id).finished()).toEqual(["487 Destination"]);
	await receiver.took(isEnd);
	const heard = told(receiver);
	expect(heard.filter((what) => /^[2-6]\d\d Destination/.test(what))).toEqual(["487 Destination"]);
	expect([heard[0], heard.at(-1)]).toEqual(["placed calling initiator", "state ended"]);
	await phone.idle();
	await server.kill();
	await server.restart();
	expect(await (await connect(server)).resume(id).finished()).toEqual(["487 Destination"]);
}, 60_000);
