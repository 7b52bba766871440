import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { EventJson } from "../../src/live/call-json.ts";
import { SimulatedPhone } from "../../src/simulator/phone.ts";
import { type Outcome, play } from "../e2e/play.ts";
import { SCENARIOS, type Scenario } from "../e2e/scenarios.ts";
import { RedisServer } from "../support/redis-server.ts";
import { ServerProcess } from "../support/server-process.ts";
import { Watcher } from "../support/watcher.ts";
import { WebhookReceiver } from "../support/webhook-receiver.ts";
import { XmlClient } from "../support/xml-client.ts";

/** Set by `scripts/test --cluster`: with the rows that take half a minute, and over TCP, too. */
const FULLY = process.env.CLICKTOCALL_TESTED_FULLY !== undefined;

const ROWS = SCENARIOS.filter(({ slow }) => FULLY || !slow);
const PROTOCOLS = FULLY ? (["UDP", "TCP"] as const) : (["UDP"] as const);

interface Played {
	readonly outcome: Outcome;
	readonly initiator: string;
}

let redis: RedisServer;
let boxes: ServerProcess[] = [];
/** What each box tells of the calls, and a client of each. */
let watchers: Watcher[] = [];
let clients: XmlClient[] = [];
/** Both boxes post to it. */
let receiver: WebhookReceiver;
const phones: SimulatedPhone[] = [];
const played = new Map<string, Promise<Played>>();
const keyOf = (name: string, protocol: string): string => `${name} ${protocol}`;

beforeAll(async () => {
	redis = await RedisServer.start();
	receiver = new WebhookReceiver();
	const start = (box: number) =>
		ServerProcess.start({
			settings: {
				IPAddress: `127.0.0.${box + 1}`,
				NodeName: `box${box}`,
				ClusterUrl: redis.url,
				MaxCalls: 0,
				MaxCallsPerSecond: 0,
				Ringback: "us",
				FailureTone: 1,
				Webhook: receiver.url,
			},
		});
	boxes = [await start(1), await start(2)];
	watchers = await Promise.all(boxes.map((box) => Watcher.start(box)));
	clients = await Promise.all(boxes.map((box) => XmlClient.connect(box.xmlPort)));
	for (const protocol of PROTOCOLS) {
		for (const scenario of ROWS) played.set(keyOf(scenario.name, protocol), playOne(scenario, protocol));
	}
});

async function playOne(scenario: Scenario, protocol: "UDP" | "TCP"): Promise<Played> {
	const [client] = clients;
	if (!client) throw new Error("there is no client");
	const first = await SimulatedPhone.start({ address: "127.0.0.1", port: 0, protocol });
	const second = await SimulatedPhone.start({ address: "127.0.0.1", port: 0, protocol });
	phones.push(first, second);
	return {
		outcome: await play(scenario, client, first, second),
		initiator: first.uri(scenario.initiator),
	};
}

afterAll(async () => {
	await Promise.allSettled(played.values());
	for (const client of clients) client.stop();
	await Promise.all(watchers.map((watcher) => watcher.stop()));
	await Promise.all(phones.map((phone) => phone.stop()));
	for (const box of boxes) await box.stop();
	await receiver?.stop();
	await redis?.stop();
});

describe.each([...PROTOCOLS])("over %s, watched from another box", (protocol) => {
	test.each([...ROWS])("$name", async ({ name, chain }) => {
		const [own, other] = watchers;
		const of = await played.get(keyOf(name, protocol));
		expect(of?.outcome).toMatchObject({ chain: [...chain], left: [0, 0], faults: [] });
		// All that the box itself tells of the call, the other one tells, too, and in the same order.
		const id = await own?.ended(of?.initiator ?? "");
		await other?.ended(of?.initiator ?? "");
		expect(other?.story(id)).toEqual(own?.story(id) ?? []);
		expect(own?.story(id).length).toBeGreaterThan(chain.length);
		const [code, leg] = chain.at(-1)?.split(" ") ?? [];
		const result = { code: Number(code), leg };
		const call = { id, box: "box1", state: "ended", result };
		expect(await other?.ask(`/api/v1/calls/${id}`)).toMatchObject(call);
		const { calls } = (await other?.ask("/api/v1/calls?ended=true")) ?? {};
		expect(calls).toContainEqual(expect.objectContaining({ id, box: "box1", state: "ended" }));
		const status = await clients[1]?.status(id ?? "");
		expect(status).toContain("<Box>box1</Box>");
		expect(status).toContain(`<FinalResult Code="${code}" Leg="${leg}">`);
	});
});

test("webhooks get what happens in each call once, from the box that has it", async () => {
	const [own] = watchers;
	for (const each of played.values()) {
		const { initiator } = await each;
		const id = await own?.ended(initiator);
		const isOf = (event: EventJson) => event.kind !== "refused" && event.call.id === id;
		await receiver.took((event) => isOf(event) && event.kind === "state" && event.call.state === "ended");
		expect(receiver.posts.filter(({ event }) => isOf(event))).toHaveLength(own?.story(id).length ?? 0);
	}
});
