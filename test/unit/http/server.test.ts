import { afterEach, describe, expect, test } from "bun:test";
import { Hono } from "hono";
import { GuessBrake } from "../../../src/http/guess-brake.ts";
import { HttpServer, type HttpServerOptions } from "../../../src/http/server.ts";
import { BindError } from "../../../src/net/bind-error.ts";
import { ConnectionLimits } from "../../../src/net/connection-limits.ts";
import { FairTurns } from "../../../src/net/fair-turns.ts";
import { systemClock } from "../../../src/time/system-clock.ts";
import { openSse, SSE_HEADERS, type SseSink, sseEvent } from "../../../src/web/sse.ts";
import type { WebApp, WebEnv } from "../../../src/web/web.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { authorize, CALL_PATH, challenges, PASSWORD, setUp } from "./support.ts";

const servers: HttpServer[] = [];

afterEach(async () => {
	for (const server of servers.splice(0)) await server.stop();
});

async function start(options: Partial<HttpServerOptions> = {}, password?: string) {
	const parts = setUp({ password });
	const { app, log } = parts;
	const server = new HttpServer({
		bind: [],
		port: 0,
		allow: [],
		limits: new ConnectionLimits({ total: 0, perAddress: 0 }),
		turns: new FairTurns(),
		clock: systemClock,
		brake: new GuessBrake({ clock: systemClock, log }),
		app: async () => app,
		log,
		...options,
	});
	await server.start();
	servers.push(server);
	const port = server.addresses[0]?.port ?? 0;
	return { ...parts, server, port, base: `http://127.0.0.1:${port}` };
}

async function curl(...args: string[]): Promise<string> {
	const child = Bun.spawn(["curl", "--silent", "--noproxy", "*", "--max-time", "10", ...args], {
		stdout: "pipe",
	});
	return new Response(child.stdout).text();
}

/** A client that sends one request and reads nothing of the answer. */
async function deaf(port: number, path: string): Promise<{ readonly closed: Promise<void> }> {
	const closed = Promise.withResolvers<void>();
	const socket = await Bun.connect({
		hostname: "127.0.0.1",
		port,
		socket: { data: () => {}, close: () => closed.resolve(), error: () => closed.resolve() },
	});
	socket.pause();
	socket.write(`GET ${path} HTTP/1.1\r\nHost: box\r\n\r\n`);
	return { closed: closed.promise };
}

/** A client that keeps its connection. @returns `all`: what has come once the server has closed it. */
async function client(port: number) {
	const closed = Promise.withResolvers<string>();
	let text = "";
	const socket = await Bun.connect({
		hostname: "127.0.0.1",
		port,
		socket: {
			data: (_socket, chunk) => {
				text += chunk.toString();
			},
			close: () => closed.resolve(text),
		},
	});
	return { socket, all: closed.promise };
}

describe("HttpServer", () => {
	test("cuts off a client of a stream of events that reads nothing, and ends its stream", async () => {
		const clock = new FakeClock();
		const ended = Promise.withResolvers<void>();
		const begun = Promise.withResolvers<SseSink>();
		const app: WebApp = new Hono<WebEnv>();
		const { port, server } = await start({ clock, app: async () => app });
		app.get("/stream", () => {
			const begin = (sink: SseSink) => {
				begun.resolve(sink);
				return () => ended.resolve();
			};
			return new Response(openSse(clock, begin), { headers: SSE_HEADERS });
		});
		const client = await deaf(port, "/stream");
		const sink = await begun.promise;
		let over = false;
		void ended.promise.then(() => {
			over = true;
		});
		// The buffers of both sockets take some megabytes.
		for (let sent = 0; !over && sent < 1000; sent += 1) {
			sink.send(sseEvent("state", "x".repeat(250_000)));
			await new Promise((resolve) => setImmediate(resolve));
		}
		await ended.promise;
		expect(server.clients).toBe(1);
		clock.advance(30_000);
		expect(server.clients).toBe(0);
		await client.closed;
	});

	test.each(["127.0.0.1", "[::1]"])("serves clients at %s from one dual-stack socket", async (host) => {
		const { port, placer } = await start();
		const response = await fetch(`http://${host}:${port}${CALL_PATH}`);
		expect(response.status).toBe(200);
		expect(placer.requests[0]?.origin).toEqual({ via: "http", peer: host.replace(/[[\]]/g, "") });
	});

	test("has clients connect again, those that wait for an answer once they have it", async () => {
		const app: WebApp = new Hono<WebEnv>();
		const asked = Promise.withResolvers<void>();
		const held = Promise.withResolvers<void>();
		app.get("/", async (c) => {
			const before = c.env.isFromBefore?.();
			asked.resolve();
			await held.promise;
			return c.text(`before: ${before}, now: ${c.env.isFromBefore?.()}`);
		});
		const { port, server } = await start({ app: async () => app });
		// The first is accepted first: it is known by the time the other is served.
		const idle = await client(port);
		const busy = await client(port);
		busy.socket.write("GET / HTTP/1.1\r\nHost: box\r\n\r\n");
		await asked.promise;
		server.reconnect();
		expect(await idle.all).toBe("");
		held.resolve();
		expect(await busy.all).toMatch(/Connection: close.*before: false, now: true$/s);
		const again = await client(port);
		again.socket.write("GET / HTTP/1.1\r\nHost: box\r\nConnection: close\r\n\r\n");
		expect(await again.all).toEndWith("before: false, now: false");
	});

	test("counts its answers by the class of their status", async () => {
		const { base, server } = await start({}, PASSWORD);
		for (const path of ["/index.html", "/", "/whatever", CALL_PATH])
			await fetch(base + path, { redirect: "manual" });
		expect(server.answers).toEqual([0, 0, 1, 2, 1, 0]);
	});

	test("curl --digest places a call", async () => {
		const { base, placer } = await start({}, PASSWORD);
		const page = await curl("--digest", "--user", `admin:${PASSWORD}`, base + CALL_PATH);
		expect(page).toContain("Initiating ClickToCall from sip:alice@example.com(alice)");
		expect(placer.requests).toMatchObject([{ origin: { user: "admin" } }]);
	});

	test("curl --digest with a wrong password places none", async () => {
		const { base, placer } = await start({}, PASSWORD);
		const status = await curl(
			"--digest",
			"--user",
			"admin:guess",
			"-o",
			"/dev/null",
			"-w",
			"%{http_code}",
			base + CALL_PATH,
		);
		expect(status).toBe("401");
		expect(placer.requests).toEqual([]);
	});

	test.each(["MD5", "SHA-256"])("a client that knows %s places a call", async (algorithm) => {
		const { base, placer } = await start({}, PASSWORD);
		const first = await fetch(base + CALL_PATH);
		await first.body?.cancel();
		const challenge = challenges(first).find((one) => one.algorithm === algorithm);
		const second = await fetch(base + CALL_PATH, { headers: { Authorization: authorize(challenge) } });
		expect(second.status).toBe(200);
		expect(placer.requests).toHaveLength(1);
	});

	test("a redirect stays on the host name that the client used", async () => {
		const { port } = await start();
		const to = await curl(
			"-o",
			"/dev/null",
			"-w",
			"%{redirect_url}",
			"--resolve",
			`box.example:${port}:127.0.0.1`,
			`http://box.example:${port}/anything`,
		);
		expect(to).toBe(`http://box.example:${port}/index.html`);
	});

	test("HEAD of the form has no body", async () => {
		const { base } = await start();
		const response = await fetch(`${base}/index.html`, { method: "HEAD" });
		expect(response.status).toBe(200);
		expect(await response.text()).toBe("");
	});

	test("a client outside HttpAllow gets 403, and no page runs", async () => {
		const { base, placer, log } = await start({ allow: ["192.0.2.0/24"] });
		expect((await fetch(base + CALL_PATH)).status).toBe(403);
		expect(placer.requests).toEqual([]);
		expect(log.lines).toContain("WARNING request from 127.0.0.1 refused: not in HttpAllow");
	});

	test("stop closes the port", async () => {
		const { base, server } = await start();
		await server.stop();
		expect(server.addresses).toEqual([]);
		expect(await fetch(base).catch((error: unknown) => error)).toBeInstanceOf(Error);
	});

	test("listens on each address of a list on one port", async () => {
		const { server, port } = await start({ bind: ["127.0.0.1", "::1"] });
		expect(server.addresses).toEqual([
			{ address: "127.0.0.1", port, protocol: "TCP" },
			{ address: "::1", port, protocol: "TCP" },
		]);
	});

	test("a port in use rejects with the setting's name", async () => {
		const { port } = await start();
		const error = await start({ port }).catch((error: unknown) => error);
		expect(error).toBeInstanceOf(BindError);
		expect(error).toMatchObject({ setting: "HttpPort", port, code: "EADDRINUSE" });
	});

	test("an address that is not ours rejects with the setting's name", async () => {
		const error = await start({ bind: ["192.0.2.1"] }).catch((error: unknown) => error);
		expect(error).toMatchObject({ setting: "HttpBind", address: "192.0.2.1", code: "EADDRNOTAVAIL" });
	});
});
