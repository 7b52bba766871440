import { afterEach, expect, test } from "bun:test";
import type { Browser } from "playwright-core";
import { launchBrowser, newPage } from "../support/browser.ts";
import { ClusterScene } from "../support/cluster-scene.ts";
import { type PlacedCall, XmlClient } from "../support/xml-client.ts";

let scene: ClusterScene | undefined;
let browser: Browser | undefined;
afterEach(async () => {
	await browser?.close();
	browser = undefined;
	await scene?.stop();
	scene = undefined;
});

const CALLS = 8;

test("when a box is killed, another one takes each of its calls over, and relays hold and hang-up", async () => {
	scene = await ClusterScene.start();
	const { boxes } = scene;
	const [first, second] = boxes;
	const calls: Awaited<ReturnType<ClusterScene["connect"]>>[] = [];
	for (let number = 0; number < CALLS; number++) calls.push(await scene.connect(first));
	const own = await scene.connect(second);
	await scene.until("the other box shows all calls, and whose they are", async () => {
		const listed = (await scene?.calls(second)) ?? [];
		return listed.filter(({ box }) => box === "box1").length === CALLS && listed.length === CALLS + 1;
	});
	// A request that is sent again to the other box calls nobody again.
	const body = JSON.stringify({ initiator: "sip:busy@127.0.0.1:9", destination: "sip:a@127.0.0.1:9" });
	const place = async (box: (typeof boxes)[number]): Promise<unknown> => {
		const headers = { "content-type": "application/json", "idempotency-key": "once" };
		const url = `http://localhost:${box.httpPort}/api/v1/calls`;
		return ((await (await fetch(url, { method: "POST", headers, body })).json()) as { id?: unknown }).id;
	};
	const placed = await place(first);
	await scene.until("the other box knows of it", async () => {
		const call = await scene?.ask(second, `calls/${placed}`);
		return call?.id === placed;
	});
	expect(await place(second)).toBe(placed);
	await scene.ask(second, `calls/${placed}`, "DELETE");
	// Any box hangs up any call.
	const asked = await scene.ask(second, `calls/${calls[0]?.id}`, "DELETE");
	expect(asked).toMatchObject({ id: calls[0]?.id, box: "box1" });
	await Promise.all(calls[0]?.phones.map((phone) => phone.idle()) ?? []);
	await scene.until(
		"its record is found on the other box",
		async () => (await scene?.ask(second, `calls/${calls[0]?.id}`))?.state === "ended",
	);
	await first.kill();
	await scene.until("they are the other box's", async () => {
		const listed = (await scene?.calls(second)) ?? [];
		return listed.filter(({ box, state }) => box === "box2" && state === "connected").length === CALLS;
	});
	await Bun.sleep(500);
	for (const { phones, id } of calls.slice(1)) {
		const [one, other] = phones;
		expect(await one?.calls.at(-1)?.hold()).toBe(200);
		other?.hangup();
		await Promise.all(phones.map((phone) => phone.idle()));
		await scene.until("it is over", async () => (await scene?.ask(second, `calls/${id}`))?.state === "ended");
		expect(phones.flatMap(({ faults }) => faults)).toEqual([]);
	}
	expect(await scene.calls(second)).toMatchObject([{ id: own.id, box: "box2" }]);
	// The one that was killed comes back, and takes up nothing that is over.
	await first.restart();
	await scene.until("it sees the other box's call", async () => (await scene?.calls(first))?.length === 1);
	expect(await scene.calls(first)).toMatchObject([{ id: own.id, box: "box2" }]);
}, 60_000);

test("a box that was frozen lets its calls go without a BYE once another one has them", async () => {
	scene = await ClusterScene.start();
	const [first, second] = scene.boxes;
	const { id, phones } = await scene.connect(first);
	await scene.until(
		"the other box knows that it is connected",
		async () => (await scene?.calls(second))?.[0]?.state === "connected",
	);
	first.signal("SIGSTOP");
	await scene.until("the other box has it", async () => (await scene?.calls(second))?.[0]?.box === "box2");
	first.signal("SIGCONT");
	await first.says(/1 let go/);
	expect(phones.map(({ openDialogs }) => openDialogs)).toEqual([1, 1]);
	await scene.until(
		"it is shown as the other one's",
		async () => (await scene?.calls(first))?.[0]?.box === "box2",
	);
	expect(await scene.ask(first, `calls/${id}`)).toMatchObject({ id, box: "box2", state: "connected" });
	phones[0]?.hangup();
	await Promise.all(phones.map((phone) => phone.idle()));
	expect(phones.flatMap(({ faults }) => faults)).toEqual([]);
}, 60_000);

test("without its Redis a cluster takes calls, says that it is not seen, and tells of all once an empty one is back", async () => {
	scene = await ClusterScene.start();
	const [first, second] = scene.boxes;
	const before = await scene.connect(first);
	browser = await launchBrowser();
	const page = await newPage(await browser.newContext({ locale: "de" }));
	await page.goto(`http://localhost:${second.httpPort}/`);
	await page.getByText("auf box1").waitFor();
	await scene.redis.kill();
	await first.says(/the cluster is not seen/);
	const during = await scene.connect(first);
	const notice = page.getByText("Die anderen Server sind nicht zu sehen seit");
	await notice.waitFor();
	await page.getByText("Keine laufenden Anrufe.").waitFor();
	const seen = await scene.ask(second, "calls");
	expect(seen).toMatchObject({ calls: [], clusterLostSince: expect.stringMatching(/^20.*Z$/) });
	// A call that is asked for by its id is told as it was.
	expect(await scene.ask(second, `calls/${before.id}`)).toMatchObject({ box: "box1", state: "connected" });
	await scene.until("the first box says so, too", async () => {
		const { stdout } = await first.run("status");
		return /only calls of this box are shown/.test(stdout) && stdout.includes(`${during.id}  box1`);
	});
	await scene.redis.restart();
	await notice.waitFor({ state: "detached" });
	await page.getByText("auf box1").first().waitFor();
	await scene.until("the other box shows both calls", async () => {
		const listed = (await scene?.calls(second)) ?? [];
		return listed.filter(({ box, state }) => box === "box1" && state === "connected").length === 2;
	});
	for (const { phones } of [before, during]) {
		phones[1]?.hangup();
		await Promise.all(phones.map((phone) => phone.idle()));
	}
	await scene.until("none is left", async () => (await scene?.calls(second))?.length === 0);
}, 60_000);

test("MaxCallsTotal holds in a burst at both boxes, and the other box hangs up each call by whatever way it is asked", async () => {
	const most = 12;
	scene = await ClusterScene.start({ MaxCallsTotal: most, KeepCalls: 0 });
	const { boxes } = scene;
	const phones = await scene.phones(2);
	const clients = await Promise.all(boxes.map((box) => XmlClient.connect(box.xmlPort)));
	const order = { initiator: phones[0]?.uri("ring") ?? "", destination: phones[1]?.uri("answer") ?? "" };
	const extra = "   <WantId>true</WantId>\n";
	const placed = Array.from({ length: most }, () =>
		clients.map((client) => client.place({ ...order, anchor: true, extra })),
	).flat();
	const hasEnded = ({ results }: PlacedCall): boolean => results.some(({ code }) => code >= 300);
	await scene.until(
		"what is too much is refused",
		() => placed.filter(hasEnded).length === most && (phones[0]?.openDialogs ?? 0) === most,
	);
	for (const { results } of placed.filter(hasEnded))
		expect(results.at(-1)).toMatchObject({ code: 503, text: `Too many calls: MaxCallsTotal is ${most}` });
	// Nobody was called for those.
	expect(phones[0]?.calls.length).toBe(most);
	for (const box of boxes)
		await scene.until("all are shown", async () => (await scene?.calls(box))?.length === most);
	const running = placed.filter((call) => !hasEnded(call));
	const hangUps = await Promise.all(
		running.map(async (call, index) => {
			const id = /<Id>(\w+)<\/Id>/.exec(call.results.map(({ raw }) => raw).join(""))?.[1] ?? "";
			const isOwn = clients[0] && placed.indexOf(call) % 2 === 0;
			const [other, client] = isOwn ? [boxes[1], clients[1]] : [boxes[0], clients[0]];
			const base = `http://localhost:${other.httpPort}`;
			const ways = [
				async () => (await fetch(`${base}/api/v1/calls/${id}`, { method: "DELETE" })).status,
				async () => {
					const headers = { "Content-Type": "application/x-www-form-urlencoded", Origin: base };
					const asked = { method: "POST", headers, body: "back=call", redirect: "manual" } as const;
					return (await fetch(`${base}/calls/${id}/hangup`, asked)).status;
				},
				async () => (await other.run("hangup", id)).exitCode,
				async () => (await client?.hangUp(id))?.code,
			];
			return ways[index % 4]?.();
		}),
	);
	expect(new Set(hangUps)).toEqual(new Set([202, 303, 0, 200]));
	for (const call of running) expect((await call.finished()).at(-1)).toBe("487 Initiator");
	for (const box of boxes)
		await scene.until("none is left", async () => (await scene?.calls(box))?.length === 0);
	for (const { results } of placed) expect(results.filter(({ code }) => code >= 300)).toHaveLength(1);
	expect(phones.flatMap(({ faults }) => faults)).toEqual([]);
	for (const client of clients) client.stop();
}, 60_000);
