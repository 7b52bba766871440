/** Webhooks of the executable, and a receiver that fails. */
import { afterEach, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { EventJson } from "../../src/live/call-json.ts";
import { SimulatedPhone } from "../../src/simulator/phone.ts";
import { Scrape } from "../support/prometheus-text.ts";
import { ServerProcess } from "../support/server-process.ts";
import { expectedSignature, WebhookReceiver } from "../support/webhook-receiver.ts";
import { XmlClient } from "../support/xml-client.ts";

const KEY = Buffer.from("0123456789abcdef0123456789abcdef");
const SECRET = `whsec_${KEY.toString("base64")}`;

const cleanups: (() => unknown)[] = [];

afterEach(async () => {
	for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function start(receiver: WebhookReceiver, lines: readonly string[] = []) {
	cleanups.push(() => receiver.stop());
	const phone = await SimulatedPhone.start({ address: "127.0.0.1", port: 0, protocol: "UDP" });
	cleanups.push(() => phone.stop());
	const server = await ServerProcess.start({
		settings: { Webhook: receiver.url, WebhookSecret: SECRET, LogLevel: "DEBUG" },
		lines,
	});
	cleanups.push(() => server.stop());
	const client = await XmlClient.connect(server.xmlPort);
	cleanups.push(() => client.stop());
	return { phone, server, client };
}

async function scrape(server: ServerProcess): Promise<Scrape> {
	const response = await fetch(`http://127.0.0.1:${server.httpPort}/metrics`);
	return new Scrape(await response.text());
}

const isEnd = (event: EventJson): boolean => event.kind === "state" && event.call.state === "ended";

test("a receiver that fails twice gets each event once in the end, in order and signed", async () => {
	let failures = 2;
	const receiver = new WebhookReceiver(() => (failures-- > 0 ? 503 : 200));
	const { phone, server, client } = await start(receiver);
	const answer = phone.uri("answer");
	const chain = await client.place({ initiator: answer, destination: phone.uri("busy") }).finished();
	expect(chain.at(-1)).toBe("486 Destination");
	await receiver.took(isEnd);
	const { posts } = receiver;
	expect(posts.slice(0, 3).map(({ status }) => status)).toEqual([503, 503, 200]);
	expect(new Set(posts.slice(0, 3).map(({ id }) => id)).size).toBe(1);
	expect(posts[2]?.timestamp).toBeGreaterThanOrEqual((posts[0]?.timestamp ?? 0) + 10);
	const taken = posts.slice(2);
	const numbers = taken.map(({ event }) => event.number);
	expect(numbers).toEqual(numbers.map((_number, index) => index + 1));
	expect(new Set(taken.map(({ id }) => id)).size).toBe(taken.length);
	expect(taken.map(({ event }) => event.kind)).toContain("result");
	expect(taken.at(-1)?.event).toMatchObject({
		kind: "state",
		call: { state: "ended", result: { code: 486, leg: "Destination" }, initiator: { address: answer } },
	});
	for (const post of posts) {
		expect(post.signature).toBe(expectedSignature(post, KEY));
		expect(post.authorization).toBe(`Basic ${btoa("hook:open sesame")}`);
	}
	const delivered = { outcome: "delivered" };
	let metrics = await scrape(server);
	// The server counts an event once it has our answer, which may be on its way.
	while ((metrics.value("clicktocall_webhook_events_total", delivered) ?? 0) < taken.length)
		metrics = await scrape(server);
	expect(metrics.value("clicktocall_webhook_events_total", delivered)).toBe(taken.length);
	expect(metrics.value("clicktocall_webhook_retries_total", { webhook: "1" })).toBe(2);
	expect(metrics.value("clicktocall_webhook_waiting")).toBe(0);
	expect(server.output).toContain("webhook 1 (http://127.0.0.1:");
	expect(server.output).not.toMatch(/sesame|geheim|whsec_/);
	await phone.idle();
}, 60_000);

test("a receiver that never answers holds up neither calls nor the end of the server", async () => {
	const silent = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data: () => {} } });
	cleanups.push(() => silent.stop(true));
	const receiver = new WebhookReceiver();
	const { phone, server, client } = await start(receiver, [`Webhook = http://127.0.0.1:${silent.port}/`]);
	const answer = phone.uri("answer");
	const call = client.place({ initiator: answer, destination: answer, anchor: true });
	expect((await call.finished()).at(-1)).toBe("200 Destination");
	server.signal("SIGTERM");
	expect(await server.exited).toBe(0);
	expect(receiver.posts.at(-1)?.event).toMatchObject({ call: { state: "ended", endedBy: "server" } });
	expect(server.output).toMatch(
		/webhook 2 \(http:\/\/127\.0\.0\.1:\d+\): \d+ events wait for the next start/,
	);
	await phone.idle();
});

/** The example in docs/webhooks.md, as someone would paste it. */
async function isGenuineOfDocs(): Promise<
	(headers: Readonly<Record<string, string>>, body: string, secret: string) => boolean
> {
	const page = readFileSync(join(import.meta.dir, "../../docs/webhooks.md"), "utf8");
	const [, code] = /```js\n([^`]*?isGenuine.*?)```/s.exec(page) ?? [];
	if (code === undefined) throw new Error("docs/webhooks.md: expected an example with isGenuine");
	const folder = mkdtempSync(join(tmpdir(), "webhook-example-"));
	cleanups.push(() => rmSync(folder, { recursive: true }));
	writeFileSync(join(folder, "example.mjs"), code);
	return (await import(join(folder, "example.mjs"))).isGenuine;
}

test("the example in docs/webhooks.md tells what is genuine from what is not", async () => {
	const isGenuine = await isGenuineOfDocs();
	const receiver = new WebhookReceiver();
	const { client } = await start(receiver);
	await client.place({ initiator: "what", destination: "ever" }).finished();
	const { headers, body } = await receiver.took(() => true);
	expect(isGenuine(headers, body, SECRET)).toBe(true);
	expect(isGenuine(headers, `${body} `, SECRET)).toBe(false);
	expect(isGenuine(headers, body, "another secret")).toBe(false);
	expect(isGenuine({ ...headers, "webhook-timestamp": "1" }, body, SECRET)).toBe(false);
	expect(isGenuine({}, body, SECRET)).toBe(false);
});

test("requests that are refused are told, too", async () => {
	const receiver = new WebhookReceiver();
	const { client } = await start(receiver);
	await client.place({ initiator: "what", destination: "ever" }).finished();
	const { event } = await receiver.took(({ kind }) => kind === "refused");
	expect(event).toMatchObject({
		kind: "refused",
		request: {
			initiator: "what",
			destination: "ever",
			anchor: false,
			origin: { via: "xml", peer: "127.0.0.1" },
		},
		result: { code: 400 },
	});
	expect(event.at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
});
