import { describe, expect, test } from "bun:test";
import { authorize, challenges, setUp } from "./support.ts";

/** An application whose health is set by the test. */
function start(password?: string, tokens: string[] = []) {
	const state: { trouble?: string; unready?: string } = {};
	const health = { trouble: () => state.trouble, unready: () => state.unready };
	const metrics = { scrape: async () => ({ contentType: "text/plain; version=0.0.4", text: "a 1\n" }) };
	const { ask } = setUp({
		password,
		tokens: tokens.map((token) => ({ token })),
		probes: { health, metrics },
	});
	const says = async (path: string): Promise<string> => {
		const response = await ask(path);
		return `${response.status} ${await response.text()}`;
	};
	return { state, ask, says };
}

describe("the probes", () => {
	test("are 200 while all is well", async () => {
		const { says } = start("secret");
		expect(await says("/healthz")).toBe("200 ok\n");
		expect(await says("/readyz")).toBe("200 ready\n");
	});

	test("say why no calls should be asked for; the server is alive all the same", async () => {
		const { state, says } = start();
		state.unready = "draining";
		expect(await says("/healthz")).toBe("200 ok\n");
		expect(await says("/readyz")).toBe("503 draining\n");
	});

	test("say both that a server without sockets is of no use", async () => {
		const { state, says } = start();
		state.trouble = "the SIP sockets are closed";
		expect(await says("/healthz")).toBe("503 the SIP sockets are closed\n");
		expect(await says("/readyz")).toBe("503 the SIP sockets are closed\n");
	});

	test("answer HEAD, and nothing that changes something", async () => {
		const { ask } = start();
		expect((await ask("/readyz", { method: "HEAD" })).status).toBe(200);
		expect((await ask("/readyz", { method: "POST" })).status).toBe(405);
	});
});

describe("/metrics", () => {
	test("is what the source gives, of its type, and kept by nobody", async () => {
		const response = await start().ask("/metrics");
		expect(await response.text()).toBe("a 1\n");
		expect(response.headers.get("Content-Type")).toBe("text/plain; version=0.0.4");
		expect(response.headers.get("Cache-Control")).toBe("no-store");
	});

	test("needs the password when there is one", async () => {
		const { ask } = start("open sesame");
		const refused = await ask("/metrics");
		expect(refused.status).toBe(401);
		const [challenge] = challenges(refused);
		const Authorization = authorize(challenge, { uri: "/metrics" });
		expect((await ask("/metrics", { headers: { Authorization } })).status).toBe(200);
	});

	test("is open to a scraper with a token, as Prometheus sends it", async () => {
		const { ask } = start("open sesame", ["a-token-of-its-own"]);
		const scrape = (token: string) => ask("/metrics", { headers: { Authorization: `Bearer ${token}` } });
		expect((await scrape("a-token-of-its-own")).status).toBe(200);
		expect((await scrape("another-token")).status).toBe(401);
	});
});
