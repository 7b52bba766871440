import { expect, test } from "bun:test";
import { Calls, Event, Snapshot } from "../../../src/api/schemas.ts";
import { EventReader } from "./event-reader.ts";
import { setUp } from "./support.ts";

const ORDER = { initiator: "201", destination: "301" };

test("all events come as they happen, after a snapshot", async () => {
	const { ask, post, calls } = setUp();
	await post(ORDER);
	const response = await ask("/api/v1/events");
	expect(response.headers.get("Content-Type")).toBe("text/event-stream; charset=utf-8");
	const reader = new EventReader(response);
	const snapshot = await reader.next();
	expect(snapshot).toMatchObject({ event: "snapshot" });
	expect(JSON.parse(snapshot?.data ?? "")).toMatchObject({ calls: [{ id: "call1" }] });
	calls.result("call1", 180, "Initiator");
	calls.refusal = { code: 503, text: "Too many calls", final: true };
	await post(ORDER);
	const ringing = await reader.next();
	expect(Event.parse(JSON.parse(ringing?.data ?? ""))).toMatchObject({
		kind: "result",
		result: { code: 180, leg: "Initiator" },
		call: { initiator: { state: "ringing" } },
	});
	expect(Event.parse(JSON.parse((await reader.next())?.data ?? ""))).toMatchObject({ kind: "refused" });
	await reader.close();
});

test("when other boxes are lost, and when they are seen again, the calls are listed again", async () => {
	const { ask, post, live } = setUp();
	live.box = "here";
	await post(ORDER);
	for (const call of live.list())
		live.elsewhere("there", { at: 1, kind: "state", call: { ...call, id: "other" } });
	const reader = new EventReader(await ask("/api/v1/events"));
	const listed = async (): Promise<unknown> => {
		const { calls, ...more } = Snapshot.parse(JSON.parse((await reader.next())?.data ?? ""));
		return { ...more, calls: calls.map(({ id, box }) => `${id} ${box}`) };
	};
	const both = { calls: ["call1 here", "other there"] };
	expect(await listed()).toEqual(both);
	live.sight.lostSince = 1_700_000_000_000;
	const own = { calls: ["call1 here"], clusterLostSince: "2023-11-14T22:13:20.000Z" };
	expect(await listed()).toEqual(own);
	const { calls, ...more } = Calls.parse(await (await ask("/api/v1/calls")).json());
	expect({ ...more, calls: calls.map(({ id, box }) => `${id} ${box}`) }).toEqual(own);
	live.sight.lostSince = undefined;
	expect(await listed()).toEqual(both);
	await reader.close();
});

test("who comes back gets what was missed, once", async () => {
	const { ask, post, calls } = setUp();
	await post(ORDER);
	const first = new EventReader(await ask("/api/v1/events"));
	const id = (await first.next())?.id ?? "";
	await first.close();
	calls.result("call1", 180, "Initiator");
	calls.result("call1", 200, "Initiator");
	const second = new EventReader(await ask("/api/v1/events", { headers: { "Last-Event-ID": id } }));
	const missed = [await second.next(), await second.next()];
	expect(missed.map((sent) => JSON.parse(sent?.data ?? "").result.code)).toEqual([180, 200]);
	await second.close();
});

test.each(["0", "other.0", "x", "-1"])("an id %p of another run gets a snapshot", async (id) => {
	const reader = new EventReader(await setUp().ask("/api/v1/events", { headers: { "Last-Event-ID": id } }));
	expect(await reader.next()).toMatchObject({ event: "snapshot" });
	await reader.close();
});

test("the stream of a call has its events only, and ends with it", async () => {
	const { ask, post, calls } = setUp();
	await post(ORDER);
	await post(ORDER);
	const reader = new EventReader(await ask("/api/v1/calls/call1/events"));
	expect(JSON.parse((await reader.next())?.data ?? "")).toMatchObject({ calls: [{ id: "call1" }] });
	calls.result("call2", 180, "Initiator");
	calls.hangUp("call1");
	expect(await reader.next()).toMatchObject({ event: "result" });
	expect(await reader.next()).toMatchObject({ event: "state" });
	expect(await reader.next()).toBeUndefined();
});

test("the stream of a call that has just ended is its last state", async () => {
	const { ask, post, calls } = setUp();
	await post(ORDER);
	calls.hangUp("call1");
	const reader = new EventReader(await ask("/api/v1/calls/call1/events"));
	expect(await reader.next()).toMatchObject({ event: "snapshot" });
	expect(await reader.next()).toBeUndefined();
	expect((await ask("/api/v1/calls/nobody/events")).status).toBe(404);
});

test("a client that does not read is cut off", async () => {
	const { ask, post, calls, live } = setUp();
	await post(ORDER);
	const response = await ask("/api/v1/events");
	for (let turn = 0; turn < 100; turn += 1) {
		calls.result("call1", 180, "Initiator");
		await new Promise((resolve) => setImmediate(resolve));
	}
	const reader = new EventReader(response);
	let events = 0;
	while (await reader.next()) events += 1;
	expect(events).toBeLessThan(100);
	expect(live.latest).toBeGreaterThan(100);
});

test("a comment shows that the stream is alive", async () => {
	const { ask, clock } = setUp();
	const response = await ask("/api/v1/events");
	const reader = response.body?.getReader();
	await reader?.read();
	clock.advance(15_000);
	expect(new TextDecoder().decode((await reader?.read())?.value)).toBe(": alive\n\n");
	await reader?.cancel();
	expect(clock.pending).toBe(0);
});

test("HEAD opens no stream", async () => {
	const { ask, post, clock } = setUp();
	await post(ORDER);
	for (const path of ["/api/v1/events", "/api/v1/calls/call1/events", "/live"]) {
		const response = await ask(path, { method: "HEAD" });
		expect(response.status).toBe(200);
		expect(response.headers.get("Content-Type")).toStartWith("text/event-stream");
		expect(response.body).toBeNull();
	}
	expect(clock.pending).toBe(0);
});

test("who has heard the end of a call is told not to come back", async () => {
	const { ask, post, calls } = setUp();
	await post(ORDER);
	const reader = new EventReader(await ask("/api/v1/calls/call1/events"));
	const begin = (await reader.next())?.id ?? "";
	calls.hangUp("call1");
	await reader.next();
	const end = (await reader.next())?.id ?? "";
	const again = (id: string) => ask("/api/v1/calls/call1/events", { headers: { "Last-Event-ID": id } });
	expect((await again(end)).status).toBe(204);
	const missed = new EventReader(await again(begin));
	expect(await missed.next()).toMatchObject({ event: "result" });
	expect(await missed.next()).toMatchObject({ event: "state", id: end });
	expect(await missed.next()).toBeUndefined();
});
