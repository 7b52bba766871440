import { afterEach, expect, test } from "bun:test";
import { Engine, EngineError } from "../../src/cluster/engine.ts";
import { BEGIN, CLAIM, REMIND, RENEW, WRITE } from "../../src/cluster/scripts.ts";
import { readClusterUrl } from "../../src/net/cluster-url.ts";
import { systemClock } from "../../src/time/system-clock.ts";
import { MemoryLogger } from "../support/memory-logger.ts";
import { RedisSentinel } from "../support/redis-sentinel.ts";
import { RedisServer } from "../support/redis-server.ts";

const stops: (() => unknown)[] = [];
afterEach(async () => {
	for (const stop of stops.splice(0).reverse()) await stop();
});

async function redis(...options: string[]): Promise<RedisServer> {
	const server = await RedisServer.start(...options);
	stops.push(() => server.stop());
	return server;
}

function engineAt(url: string): { readonly engine: Engine; readonly log: MemoryLogger } {
	const log = new MemoryLogger();
	const places = readClusterUrl(url) ?? [];
	const engine = new Engine({ places, clock: systemClock, log }, { connected: () => {}, lost: () => {} });
	stops.push(() => engine.stop());
	void engine.run();
	return { engine, log };
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
	for (let tries = 0; !(await holds()); tries += 1) {
		if (tries === 500) throw new Error("it did not come to that");
		await Bun.sleep(30);
	}
}

test("a command to a Redis that has stopped answering fails in time, and later ones work again", async () => {
	const server = await redis();
	const { engine } = engineAt(server.url);
	await until(() => engine.seen);
	expect(await engine.send("SET", ["a", "1"])).toBe("OK");
	server.signal("SIGSTOP");
	const begun = performance.now();
	const failed = await engine.send("GET", ["a"]).catch((error: unknown) => error);
	expect(failed).toBeInstanceOf(EngineError);
	expect(performance.now() - begun).toBeLessThan(5000);
	// Nothing is queued meanwhile.
	expect(await engine.send("GET", ["a"]).catch((error: unknown) => error)).toBeInstanceOf(EngineError);
	server.signal("SIGCONT");
	await until(() => engine.seen);
	expect(await engine.send("GET", ["a"])).toBe("1");
}, 30_000);

test("a wrong password is told, without the password, and tried again", async () => {
	const server = await redis("--requirepass", "right");
	const { engine, log } = engineAt(`redis://:wrong@127.0.0.1:${server.port}`);
	await until(() => engine.trouble !== "");
	expect(engine.seen).toBe(false);
	expect(log.lines.join("\n")).toContain(`127.0.0.1:${server.port}`);
	expect(log.lines.join("\n")).not.toContain("wrong@");
	expect(engine.trouble).toContain("WRONGPASS");
	const without = engineAt(server.url);
	await until(() => without.engine.trouble !== "");
	expect(without.engine.trouble).toContain("NOAUTH");
	const right = engineAt(`redis://:right@127.0.0.1:${server.port}`);
	await until(() => right.engine.seen);
}, 30_000);

test("a Redis whose memory is full refuses writes, and is used again when it has room", async () => {
	const server = await redis("--maxmemory", "1", "--maxmemory-policy", "noeviction");
	const { engine } = engineAt(server.url);
	await until(() => engine.seen);
	expect(await engine.send("SET", ["a", "1"]).catch((error: unknown) => error)).toBeInstanceOf(EngineError);
	await server.ask("config", "set", "maxmemory", "0");
	await until(async () => engine.seen && (await engine.send("SET", ["a", "1"]).catch(() => "")) === "OK");
}, 30_000);

test("the sentinels' new master is used after the former one was killed", async () => {
	const master = await redis();
	const replica = await redis("--replicaof", "127.0.0.1", String(master.port));
	const sentinel = await RedisSentinel.start(master, replica);
	stops.push(() => sentinel.stop());
	const { engine } = engineAt(sentinel.url);
	await until(() => engine.seen);
	expect(await engine.send("SET", ["a", "1"])).toBe("OK");
	expect(await engine.send("WAIT", ["1", "500"])).toBe(1);
	await master.kill();
	await until(async () => engine.seen && (await engine.send("GET", ["a"]).catch(() => "")) === "1");
	expect(await engine.send("SET", ["a", "2"])).toBe("OK");
	expect(await replica.ask("get", "a")).toBe("2");
}, 40_000);

test("what a Redis keeps is bounded; take-overs of a call are counted, and told again after it was emptied", async () => {
	const server = await redis();
	const { engine } = engineAt(server.url);
	await until(() => engine.seen);
	const run = (script: string, ...args: string[]) => engine.send("EVAL", [script, "0", "p:", ...args]);
	for (const box of ["one", "two", "three"]) await run(BEGIN, box, "key", "60000");
	const many = Array.from({ length: 500 }, (_, number) => `{"number":${number}}`);
	for (let writes = 0; writes < 24; writes++)
		expect(await run(WRITE, "one", "1", "0", "500", ...many, ...many)).toBe(1);
	for (const stream of ["p:ended", "p:events"]) {
		const length = Number(await engine.send("XLEN", [stream]));
		// Redis drops what is too old by the hundred.
		expect(length).toBeWithin(10_000, 10_200);
	}
	const text = '{"version":1,"state":"connected","record":{"claims":7}}';
	await run(WRITE, "one", "1", "1", "id", text, "0");
	await engine.send("DEL", ["p:lease:one"]);
	expect(await run(CLAIM, "two", "1", "one", "1")).toEqual(["id", text]);
	await engine.send("DEL", ["p:lease:two"]);
	const once = '{"version":1,"state":"connected","record":{"claims":7},"claims":1}';
	expect(await run(CLAIM, "three", "1", "two", "1")).toEqual(["id", once]);
	expect(await engine.send("HGET", ["p:calls:three", "id"])).toBe(once.replace(/1}$/, "2}"));
	for (const box of ["one", "two"]) {
		expect(await engine.send("HGET", [`p:gone:${box}`, "id"])).toBe("connected");
		expect(Number(await engine.send("TTL", [`p:gone:${box}`]))).toBeWithin(1, 86_401);
	}
	// It is emptied, and the second one comes back before it is told what it has lost.
	await engine.send("FLUSHALL", []);
	const renew = async (box: string) => (await run(RENEW, box, "1", "60000", "{}", "key")) as unknown[];
	expect((await renew("two"))[0]).toBe(2);
	expect((await renew("three"))[0]).toBe(2);
	expect(await run(REMIND, "three", "1", "two", "1", "id", "connected")).toBe(1);
	expect(await renew("two")).toEqual([0]);
	expect(await run(BEGIN, "two", "key", "60000")).toEqual([3, "key", ["id", "connected"]]);
	// Once is enough.
	expect(await run(REMIND, "three", "1", "two", "1", "id", "connected")).toBe(1);
	expect(await engine.send("HGET", ["p:epochs", "two"])).toBe("3");
}, 30_000);
