import { afterEach, describe, expect, test } from "bun:test";
import { type Credentials, HttpClient } from "../../../../src/cli/remote/http-client.ts";
import { RemoteError } from "../../../../src/cli/remote/remote-error.ts";
import { remoteCalls } from "../../../../src/cli/remote/remote-history.ts";
import type { AppOptions } from "../../../../src/http/app.ts";
import { hashesOf, storedHashes } from "../../../../src/password-hashes.ts";
import type { Clock } from "../../../../src/time/clock.ts";
import { FakeClock } from "../../../support/fake-clock.ts";
import { setUp } from "../../api/support.ts";
import { HistoryBench, NOON } from "../../history/support.ts";

const stops: (() => unknown)[] = [];

afterEach(async () => {
	for (const stop of stops.splice(0).reverse()) await stop();
});

function serve(fetch: (request: Request) => Response | Promise<Response>) {
	const server = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch });
	stops.push(() => server.stop(true));
	return (credentials: Partial<Credentials> = {}, clock?: Clock): HttpClient =>
		new HttpClient(
			{ host: "127.0.0.1", port: server.port ?? 0, text: "here" },
			{ token: undefined, password: undefined, ...credentials },
			clock,
		);
}

/** The web application of a server. */
function serveApp(options: Parameters<typeof setUp>[0] = {}) {
	const { app } = setUp(options);
	return serve((request) => app.fetch(request, { peer: "127.0.0.1" }));
}

test("a server that does not answer within 10 s is given up", async () => {
	const clock = new FakeClock();
	const heard = Promise.withResolvers<void>();
	const client = serve(() => {
		heard.resolve();
		return new Promise(() => {});
	})({}, clock);
	const asked = client.get("/api/v1/calls");
	await heard.promise;
	clock.advance(10_000);
	await expect(asked).rejects.toThrow("no server answers at here");
});

const NO_HISTORY = "here: 503: No history is kept";

describe("a server that asks who we are", () => {
	// What is asked for needs more than to be let in: its refusal tells that we were.
	const asked = (options: Partial<AppOptions>, credentials: Partial<Credentials>) =>
		expect(serveApp(options)(credentials).get("/api/v1/history?limit=1")).rejects;

	test("is shown a token, or answered with hashes of the password; a token that it does not take is no reason to give up", async () => {
		await asked({}, {}).toThrow(NO_HISTORY);
		await asked({ tokens: [{ token: "secret" }] }, { token: "secret" }).toThrow(NO_HISTORY);
		await asked({ password: "pass" }, { password: "pass" }).toThrow(NO_HISTORY);
		await asked({ password: "pass" }, { password: storedHashes(hashesOf("admin", "pass")) }).toThrow(
			NO_HISTORY,
		);
		await asked({ password: "päss", tokens: [{ token: "secret" }] }, { password: "päss" }).toThrow(
			NO_HISTORY,
		);
		await asked(
			{ password: "pass", tokens: [{ token: "secret" }] },
			{ token: "old", password: "pass" },
		).toThrow(NO_HISTORY);
	});

	test("and does not take it, gets no second try but for an old nonce; what to do is said, not the secrets", async () => {
		const wants = "here requires a token or a password";
		await asked({ tokens: [{ token: "secret" }] }, {}).toThrow(wants);
		await asked({ tokens: [{ token: "secret" }] }, { token: "wrong" }).toThrow(wants);
		await asked({ password: "pass" }, { password: "wrong" }).toThrow(wants);
		await asked({ password: "pass" }, {}).toThrow("--config FILE");
	});

	test("is answered again when a nonce has become too old", async () => {
		let now = 0;
		const client = serveApp({ password: "pass", now: () => now })({ password: "pass" });
		await client.get("/api/v1/calls");
		now = 3_600_000;
		expect(await client.get("/api/v1/calls")).toEqual({ calls: [] });
	});
});

describe("what answers", () => {
	test.each([
		["redirects elsewhere", () => Response.redirect("http://example.com/", 302), "no /api/v1 (302)"],
		["knows no such thing", () => new Response("no", { status: 404 }), "no /api/v1 (404)"],
		["fails", () => new Response("oh", { status: 500 }), "here: 500"],
		["says no JSON", () => new Response("<html>"), "the answer is not JSON"],
	])("%s: that is said", async (_, respond, text) => {
		const client = serve(respond)();
		await expect(client.get("/api/v1/history")).rejects.toThrow(text);
	});

	test("is no page of a history", async () => {
		const client = serve(() => Response.json({ calls: 7 }))();
		await expect(remoteCalls(client, {}, 1).next()).rejects.toThrow(RemoteError);
	});
});

describe("the history of a server", () => {
	test("has the calls as its file has them, page after page, as many as are wanted", async () => {
		const bench = new HistoryBench();
		stops.push(() => bench.remove());
		await bench.make(1100, (index) => ({ initiator: `${index}` }));
		bench.refuse({ initiator: "nobody & <none>" });
		const call = bench.place({ initiator: "long" });
		call.after(100).connect().after(60_000).enter("ended", undefined, "destination");
		await bench.history.flush();
		const client = serveApp({ history: bench.history })();
		const all = await Array.fromAsync(remoteCalls(client, {}, 10_000));
		expect(all).toHaveLength(1102);
		expect(all.slice(0, 500)).toEqual([...(await bench.history.search({ limit: 500 })).calls]);
		expect(await Array.fromAsync(remoteCalls(client, {}, 600))).toEqual(all.slice(0, 600));
		const some = await Array.fromAsync(remoteCalls(client, { text: "77", from: NOON + 1_000_000 }, 10));
		expect(some.map(({ initiator }) => initiator)).toEqual(["1077"]);
	});
});
