/** Metrics and probes of the executable. */
import { afterEach, describe, expect, test } from "bun:test";
import { SimulatedPhone } from "../../src/simulator/phone.ts";
import { freePorts } from "../support/free-port.ts";
import { Scrape } from "../support/prometheus-text.ts";
import { type ServerOptions, ServerProcess } from "../support/server-process.ts";
import { XmlClient } from "../support/xml-client.ts";

const cleanups: (() => unknown)[] = [];

afterEach(async () => {
	for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function start(options: ServerOptions = {}) {
	const phone = await SimulatedPhone.start({ address: "127.0.0.1", port: 0, protocol: "both" });
	cleanups.push(() => phone.stop());
	const server = await ServerProcess.start(options);
	cleanups.push(() => server.stop());
	const client = await XmlClient.connect(server.xmlPort);
	cleanups.push(() => client.stop());
	const ask = async (path: string) => {
		const response = await fetch(`http://127.0.0.1:${server.httpPort}${path}`);
		return { status: response.status, text: await response.text(), headers: response.headers };
	};
	return { phone, server, client, ask };
}

/** Messages by method or code that a phone sent, or received. */
function messagesOf(phone: SimulatedPhone, direction: "in" | "out"): Record<string, number> {
	const counts: Record<string, number> = {};
	for (const { messages } of phone.calls) {
		for (const message of messages) {
			if (message.direction !== direction) continue;
			const key = /^SIP\/2\.0 (\d+)|^(\w+)/.exec(message.text)?.slice(1).find(Boolean) ?? "";
			counts[key] = (counts[key] ?? 0) + 1;
		}
	}
	return counts;
}

describe("the metrics", () => {
	test("tell what calls came to, and every message that the phones saw", async () => {
		const { phone, client, ask } = await start();
		const answer = phone.uri("answer");
		const place = (initiator: string, destination: string, anchor = true) =>
			client.place({ initiator, destination, anchor }).finished();
		await place(answer, answer);
		phone.calls.at(-1)?.hangup();
		await phone.idle();
		await place(answer, phone.uri("busy"));
		await place(phone.uri("notfound", "TCP"), answer);
		await place("what", answer);
		await phone.idle();
		const { status, text, headers } = await ask("/metrics");
		expect(status).toBe(200);
		expect(headers.get("Content-Type")).toBe("text/plain; version=0.0.4; charset=utf-8");
		const metrics = new Scrape(text);
		const calls = "clicktocall_calls_total";
		expect(metrics.value(calls, { way: "anchor", leg: "destination", code: "2xx" })).toBe(1);
		expect(metrics.value(calls, { way: "anchor", leg: "destination", code: "4xx" })).toBe(1);
		expect(metrics.value(calls, { way: "anchor", leg: "initiator", code: "4xx" })).toBe(1);
		expect(metrics.sum(calls)).toBe(3);
		expect(metrics.value("clicktocall_requests_accepted_total", { via: "xml" })).toBe(3);
		expect(metrics.value("clicktocall_requests_refused_total", { reason: "address" })).toBe(1);
		expect(metrics.value("clicktocall_answer_seconds_count", { leg: "initiator" })).toBe(2);
		expect(metrics.value("clicktocall_answer_seconds_count", { leg: "destination" })).toBe(1);
		expect(metrics.value("clicktocall_setup_seconds_count", { way: "anchor" })).toBe(1);
		expect(metrics.value("clicktocall_calls_in_progress")).toBe(0);
		expect(metrics.value("clicktocall_sip_legs")).toBe(0);
		expect(metrics.value("clicktocall_xml_clients")).toBe(1);
		expect(metrics.value("clicktocall_sip_connections", { transport: "tcp" })).toBe(1);
		for (const [direction, phoneDirection] of [
			["sent", "in"],
			["received", "out"],
		] as const) {
			const counted = {
				...metrics.by("method", "clicktocall_sip_requests_total", { direction }),
				...metrics.by("code", "clicktocall_sip_responses_total", { direction }),
			};
			expect(counted).toEqual(messagesOf(phone, phoneDirection));
		}
	});

	test("tell of calls that go on, and of REFER", async () => {
		const { phone, client, ask } = await start();
		const answer = phone.uri("answer");
		await client.place({ initiator: answer, destination: answer }).finished();
		await client.place({ initiator: answer, destination: answer, anchor: true }).finished();
		const metrics = new Scrape((await ask("/metrics")).text);
		expect(metrics.value("clicktocall_calls_in_progress")).toBe(1);
		expect(metrics.value("clicktocall_sip_legs")).toBeGreaterThanOrEqual(2);
		expect(metrics.value("clicktocall_calls_total", { way: "refer", code: "2xx" })).toBe(1);
		expect(metrics.value("clicktocall_sip_requests_total", { direction: "sent", method: "REFER" })).toBe(1);
		expect(
			metrics.value("clicktocall_sip_requests_total", { direction: "received", method: "NOTIFY" }),
		).toBeGreaterThan(0);
		const again = new Scrape((await ask("/metrics")).text);
		expect(again.value("clicktocall_http_responses_total", { code: "2xx" })).toBe(1);
		phone.hangup();
		await phone.idle();
	});

	test("are for those who know the password; the probes are for everyone in HttpAllow", async () => {
		const { server, ask } = await start({ settings: { HttpAuth: 1, HttpAuthPwd: "secret" } });
		const { status, headers } = await ask("/metrics");
		expect(status).toBe(401);
		expect(headers.get("WWW-Authenticate")).toStartWith("Digest ");
		expect((await ask("/healthz")).status).toBe(200);
		expect((await ask("/readyz")).status).toBe(200);
		const url = `http://127.0.0.1:${server.httpPort}/metrics`;
		const { stdout } = Bun.spawnSync(["curl", "-s", "--digest", "-u", "admin:secret", url]);
		expect(new Scrape(stdout.toString()).value("clicktocall_calls_in_progress")).toBe(0);
	});

	test("and the probes are for nobody else", async () => {
		const { ask } = await start({ settings: { HttpAllow: "192.0.2.1" } });
		for (const path of ["/metrics", "/healthz", "/readyz"]) expect((await ask(path)).status).toBe(403);
	});
});

describe("the probes", () => {
	test("say that the server lives, and that it takes no calls while it drains", async () => {
		const { phone, server, client, ask } = await start({ settings: { DrainTimeout: 600 } });
		const answer = phone.uri("answer");
		await client.place({ initiator: answer, destination: answer, anchor: true }).finished();
		expect(await ask("/healthz")).toMatchObject({ status: 200, text: "ok\n" });
		expect(await ask("/readyz")).toMatchObject({ status: 200, text: "ready\n" });
		server.signal("SIGTERM");
		await server.says(/waiting 600 s at most/);
		expect(await ask("/readyz")).toMatchObject({ status: 503, text: "draining\n" });
		expect(await ask("/healthz")).toMatchObject({ status: 200, text: "ok\n" });
		phone.hangup();
		expect(await server.exited).toBe(0);
		await phone.idle();
	});

	test("say that calls may fail while the identity is not registered", async () => {
		const [nobody = 0] = await freePorts(1);
		const { ask } = await start({
			settings: { ClickToCallIdentity: `sip:box@127.0.0.1:${nobody}`, Register: 1 },
		});
		expect(await ask("/readyz")).toMatchObject({ status: 503, text: "not registered\n" });
		expect((await ask("/healthz")).status).toBe(200);
		expect(new Scrape((await ask("/metrics")).text).value("clicktocall_registered")).toBe(0);
	});
});
