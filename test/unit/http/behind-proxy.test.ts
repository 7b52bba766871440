import { describe, expect, test } from "bun:test";
import type { RequestBindings } from "../../../src/web/web.ts";
import { authorize, CALL_PATH, challenges, PASSWORD, setUp } from "./support.ts";

const PROXIED = { peer: "192.0.2.7", proxied: true };

describe("the origin of a request", () => {
	test.each<[string, string, Partial<RequestBindings>]>([
		["the host that the proxy was asked for", "https://ctc.example.com", { host: "ctc.example.com" }],
		["the same host with another port, if the proxy names none", "http://box:8080", {}],
	])("is ours: %s", async (_, origin, env) => {
		const { app, placer } = setUp({ password: undefined, hosts: ["ctc.example.com"] });
		const headers = { Origin: origin, Host: "box" };
		expect((await app.request(CALL_PATH, { headers }, { ...PROXIED, ...env })).status).toBe(200);
		expect(placer.requests).toHaveLength(1);
	});

	test.each<[string, Partial<RequestBindings>]>([
		["another port without a proxy", { proxied: false }],
		["another port than the proxy says", { host: "box" }],
	])("is strange, and the refusal has both values: %s", async (_, env) => {
		const { app } = setUp();
		const headers = { Origin: "http://box:8080", Host: "box" };
		const response = await app.request(CALL_PATH, { headers }, { ...PROXIED, ...env });
		expect(response.status).toBe(403);
		expect(await response.text()).toContain(
			"its Origin is &quot;http://box:8080&quot;, and the host that was asked for is &quot;box&quot;",
		);
	});
});

test("a name that the proxy was asked for may be somebody else's", async () => {
	const { app } = setUp();
	const env = { ...PROXIED, host: "evil.example" };
	const headers = { Host: "127.0.0.1", "Accept-Language": "de" };
	expect((await app.request(CALL_PATH, { headers }, env)).status).toBe(403);
});

test("a client may sign the path with the prefix that a proxy takes off", async () => {
	const parts = setUp({ password: PASSWORD, prefix: "/ctc" });
	const [challenge] = challenges(await parts.ask(CALL_PATH));
	if (!challenge) throw new Error("there is no challenge");
	for (const [path, status] of [
		[`/ctc${CALL_PATH}`, 200],
		[`/other${CALL_PATH}`, 400],
	] as const) {
		const nc = status === 200 ? "00000001" : "00000002";
		const headers = { Authorization: authorize(challenge, { uri: path, nc }) };
		expect((await parts.ask(CALL_PATH, { headers })).status).toBe(status);
	}
});

test.each([
	["/", "GET, HEAD, OPTIONS"],
	["/whatever", "GET, HEAD, OPTIONS"],
	["/calls", "GET, HEAD, POST, OPTIONS"],
])("OPTIONS %s is answered, as health checks ask it", async (path, allow) => {
	const { ask } = setUp({ password: PASSWORD });
	const response = await ask(path, { method: "OPTIONS" });
	expect(response.status).toBe(204);
	expect(response.headers.get("Allow")).toBe(allow);
});
