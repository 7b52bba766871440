import { afterAll, afterEach, describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { GuessBrake } from "../../../src/http/guess-brake.ts";
import { HttpServer, type HttpServerOptions } from "../../../src/http/server.ts";
import { BindError } from "../../../src/net/bind-error.ts";
import { ConnectionLimits } from "../../../src/net/connection-limits.ts";
import { FairTurns } from "../../../src/net/fair-turns.ts";
import { systemClock } from "../../../src/time/system-clock.ts";
import { Authority, LOOPBACK_NAMES } from "../../support/authority.ts";
import { CALL_PATH, setUp } from "./support.ts";

const authority = new Authority();
const issue = (name: string) => {
	const { certificate, key } = authority.issue({ names: `DNS:${name},${LOOPBACK_NAMES}` });
	return { cert: certificate, key };
};
const first = issue("one.test");
const second = issue("two.test");
const ca = join(authority.folder, "root.pem");
writeFileSync(ca, authority.root);
const servers: HttpServer[] = [];
afterEach(async () => {
	for (const server of servers.splice(0)) await server.stop();
});
afterAll(() => authority[Symbol.dispose]());

async function start(options: Partial<HttpServerOptions> = {}) {
	const parts = setUp({ hsts: 1 });
	const { app, log } = parts;
	const server = new HttpServer({
		bind: ["127.0.0.1"],
		port: undefined,
		https: { port: 0, tls: first },
		allow: [],
		limits: new ConnectionLimits({ total: 0, perAddress: 0 }),
		turns: new FairTurns(),
		clock: systemClock,
		brake: new GuessBrake({ clock: systemClock, log }),
		app: async () => app,
		log,
		...options,
	});
	servers.push(server);
	await server.start();
	const portOf = (wanted: string): number =>
		server.addresses.find(({ protocol }) => protocol === wanted)?.port ?? 0;
	return { ...parts, server, port: portOf("TLS"), plain: portOf("TCP") };
}

async function run(...command: string[]): Promise<string> {
	const child = Bun.spawn(command, { stdout: "pipe", stderr: "pipe", stdin: "ignore" });
	const [out, err] = await Promise.all([
		new Response(child.stdout).text(),
		new Response(child.stderr).text(),
	]);
	return out + err;
}

const curl = (...args: string[]): Promise<string> =>
	run("curl", "--silent", "--noproxy", "*", "--max-time", "10", "--cacert", ca, ...args);

describe("HTTPS", () => {
	test.each(["1.2", "1.3"])("serves TLS %s, with HSTS", async (version) => {
		const { port, placer } = await start();
		const answer = await curl(
			"-i",
			"--tlsv1.2",
			"--tls-max",
			version,
			`https://127.0.0.1:${port}${CALL_PATH}`,
		);
		expect(answer).toStartWith("HTTP/1.1 200 OK");
		expect(answer).toContain("strict-transport-security: max-age=86400");
		expect(placer.requests).toHaveLength(1);
	});

	test("serves several requests on a connection", async () => {
		const { port } = await start();
		const url = `https://127.0.0.1:${port}/index.html`;
		const codes = await curl(
			"-o",
			"/dev/null",
			"-o",
			"/dev/null",
			"-w",
			"%{http_code} %{num_connects}\n",
			url,
			url,
		);
		expect(codes).toBe("200 1\n200 0\n");
	});

	test("shows a renewed certificate to new clients, and goes on with the others", async () => {
		const { port, server } = await start();
		const names = () =>
			run("openssl", "s_client", "-connect", `127.0.0.1:${port}`, "-CAfile", ca, "-showcerts");
		const old = Bun.spawn(["openssl", "s_client", "-quiet", "-CAfile", ca, "-connect", `127.0.0.1:${port}`], {
			stdin: "pipe",
			stdout: "pipe",
			stderr: "ignore",
		});
		expect(await names()).toContain(first.cert.trim());
		while (server.clients === 0) await new Promise((resolve) => setImmediate(resolve));
		server.renew(second);
		expect(await names()).toContain(second.cert.trim());
		old.stdin.write("GET /index.html HTTP/1.1\r\nHost: one.test\r\nConnection: close\r\n\r\n");
		old.stdin.flush();
		expect(await new Response(old.stdout).text()).toStartWith("HTTP/1.1 200 OK");
		await old.exited;
	});

	test("plain HTTP leads there with the same method if that is wanted", async () => {
		const { plain, port } = await start({ port: 0, redirect: true });
		const answer = await curl(
			"-i",
			"-d",
			"a=b",
			"-H",
			"Host: one.test:80",
			`http://127.0.0.1:${plain}/calls?x=1`,
		);
		expect(answer).toStartWith("HTTP/1.1 308 Permanent Redirect");
		expect(answer).toContain(`location: https://one.test:${port}/calls?x=1`);
	});

	test("a client that speaks plain HTTP there is told of in the log, and let go", async () => {
		const { port, log, server } = await start();
		await curl(`http://127.0.0.1:${port}/`);
		expect(log.lines.join("\n")).toContain("connection from 127.0.0.1 refused: TLS handshake failed: ");
		expect(server.clients).toBe(0);
	});

	test("those beyond the limit are closed, and each that closes makes room", async () => {
		const limits = new ConnectionLimits({ total: 1, perAddress: 0 });
		const { port } = await start({ limits });
		for (let times = 0; times < 3; times += 1)
			expect(await curl(`https://127.0.0.1:${port}/index.html`)).toContain("<html");
		expect(limits.admit("192.0.2.1")).toBeUndefined();
		expect(await curl("-w", "%{exitcode}", `https://127.0.0.1:${port}/index.html`)).not.toContain("<html");
	});

	test("a port in use closes plain HTTP again and names HttpsPort", async () => {
		const { port } = await start();
		const error = await start({ port: 0, https: { port, tls: first } }).catch((failure: unknown) => failure);
		expect(error).toBeInstanceOf(BindError);
		expect(error instanceof BindError && error.setting).toBe("HttpsPort");
	});
});
