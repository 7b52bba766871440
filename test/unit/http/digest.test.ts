import { describe, expect, test } from "bun:test";
import {
	authorize,
	CALL_PATH,
	type Challenge,
	challenges,
	digestResponse,
	PASSWORD,
	setUp,
} from "./support.ts";

/** An application with a password and a clock, and its first challenge of an algorithm. */
async function challenged(algorithm = "SHA-256") {
	const clock = { time: 0 };
	const parts = setUp({ password: PASSWORD, now: () => clock.time });
	const first = await parts.ask(CALL_PATH);
	const challenge = challenges(first).find((one) => one.algorithm === algorithm);
	const askWith = (authorization: string, path = CALL_PATH) =>
		parts.ask(path, { headers: { Authorization: authorization } });
	return { ...parts, clock, challenge, askWith };
}

function stale(response: Response): boolean[] {
	return challenges(response).map(({ parameters }) => parameters.get("stale") === "true");
}

describe("the client of these tests", () => {
	test.each([
		["MD5", "8ca523f5e9506fed4657c9700eebdbec"],
		["SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"],
	])("answers the example of RFC 7616 section 3.9.1 with %s", (algorithm, response) => {
		expect(
			digestResponse({
				algorithm,
				username: "Mufasa",
				password: "Circle of Life",
				realm: "http-auth@example.org",
				method: "GET",
				uri: "/dir/index.html",
				nonce: "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v",
				nc: "00000001",
				cnonce: "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
			}),
		).toBe(response);
	});
});

describe("without credentials", () => {
	test("both algorithms are offered, SHA-256 first, and no call is placed", async () => {
		const { ask, placer } = setUp({ password: PASSWORD });
		const response = await ask(CALL_PATH);
		expect(response.status).toBe(401);
		expect(challenges(response).map(({ algorithm }) => algorithm)).toEqual(["SHA-256", "MD5"]);
		for (const { parameters } of challenges(response)) {
			expect(parameters.get("qop")).toBe("auth");
			expect(parameters.get("realm")).toBe("ClickToCall");
			expect(parameters.has("stale")).toBe(false);
		}
		expect(placer.requests).toEqual([]);
	});

	test("Basic is asked for Digest", async () => {
		const { askWith, placer } = await challenged();
		const basic = `Basic ${Buffer.from(`admin:${PASSWORD}`).toString("base64")}`;
		expect((await askWith(basic)).status).toBe(401);
		expect(placer.requests).toEqual([]);
	});
});

describe.each(["MD5", "SHA-256"])("with %s", (algorithm) => {
	test("the right password places the call, as admin", async () => {
		const { askWith, challenge, placer } = await challenged(algorithm);
		expect((await askWith(authorize(challenge))).status).toBe(200);
		expect(placer.requests).toMatchObject([{ origin: { via: "http", peer: "192.0.2.7", user: "admin" } }]);
	});

	test("a wrong password or user is asked again, without stale", async () => {
		const { askWith, challenge, placer, log } = await challenged(algorithm);
		for (const changes of [{ password: "guess" }, { username: "root" }, { realm: "elsewhere" }]) {
			const response = await askWith(authorize(challenge, changes));
			expect(response.status).toBe(401);
			expect(stale(response)).toEqual([false, false]);
		}
		expect(placer.requests).toEqual([]);
		expect(log.lines.join()).toContain("192.0.2.7 gave a wrong user or password");
	});

	test("a count is taken once; the second time the client gets stale=true", async () => {
		const { askWith, challenge, placer } = await challenged(algorithm);
		await askWith(authorize(challenge));
		const replayed = await askWith(authorize(challenge));
		expect(replayed.status).toBe(401);
		expect(stale(replayed)).toEqual([true, true]);
		expect((await askWith(authorize(challenge, { nc: "00000002" }))).status).toBe(200);
		expect(placer.requests).toHaveLength(2);
	});

	test("an expired nonce gets stale=true, and the new one works", async () => {
		const { askWith, challenge, clock } = await challenged(algorithm);
		clock.time = 300_000;
		const late = await askWith(authorize(challenge));
		expect(late.status).toBe(401);
		expect(stale(late)).toEqual([true, true]);
		const fresh = challenges(late).find((one) => one.algorithm === algorithm);
		expect((await askWith(authorize(fresh))).status).toBe(200);
	});

	test("an expired nonce with a wrong password is not stale", async () => {
		const { askWith, challenge, clock } = await challenged(algorithm);
		clock.time = 300_000;
		expect(stale(await askWith(authorize(challenge, { password: "guess" })))).toEqual([false, false]);
	});
});

describe("credentials of a process before this one", () => {
	/** Credentials for its challenge, and the answer of a server that was started after it. */
	const afterRestart = async (changes: Parameters<typeof authorize>[1] = {}) => {
		const before = await challenged();
		const after = setUp({ password: PASSWORD });
		const Authorization = authorize(before.challenge, changes);
		const answer = await after.ask(CALL_PATH, { headers: { Authorization } });
		return { ...after, answer };
	};

	test("with the right password they are stale, and nobody is accused of a wrong one", async () => {
		const { answer, ask, log, placer } = await afterRestart();
		expect(answer.status).toBe(401);
		expect(stale(answer)).toEqual([true, true]);
		expect([log.lines, placer.requests]).toEqual([[], []]);
		const Authorization = authorize(challenges(answer)[0]);
		expect((await ask(CALL_PATH, { headers: { Authorization } })).status).toBe(200);
	});

	test.each([{ password: "guess" }, { username: "root" }])("with %j they are wrong", async (changes) => {
		const { answer, log } = await afterRestart(changes);
		expect(stale(answer)).toEqual([false, false]);
		expect(log.lines).toEqual(["WARNING 192.0.2.7 gave a wrong user or password"]);
	});
});

describe("credentials that are not of this request", () => {
	test("for another target: 400", async () => {
		const { askWith, challenge, placer } = await challenged();
		const uri = CALL_PATH.replace("bob", "mallory");
		expect((await askWith(authorize(challenge, { uri }))).status).toBe(400);
		expect(placer.requests).toEqual([]);
	});

	test("for another method: asked again", async () => {
		const { askWith, challenge } = await challenged();
		expect((await askWith(authorize(challenge, { method: "POST" }))).status).toBe(401);
	});

	test("for the same target in another spelling: granted", async () => {
		const { askWith, challenge } = await challenged();
		const path = "/clicktocall.html?initiator=m|ller&destination=bob";
		expect((await askWith(authorize(challenge, { uri: path }), path)).status).toBe(200);
	});

	test("the uri may have bytes beyond ASCII, as they were sent", async () => {
		const { askWith, challenge } = await challenged();
		const path = "/clicktocall.html?initiator=müller&destination=bob";
		const sent = Buffer.from(authorize(challenge, { uri: path }), "utf8").toString("latin1");
		expect((await askWith(sent, path)).status).toBe(200);
	});

	test.each<[string, Record<string, string | undefined>, number]>([
		["a made-up nonce", { nonce: '"0123456789"' }, 401],
		["another opaque", { opaque: '"0"' }, 401],
		["an algorithm that was not offered", { algorithm: "SHA-512-256" }, 401],
		["a session algorithm", { algorithm: "MD5-sess" }, 401],
		["an upper-case response", { response: '"ABC"' }, 401],
		["username* for username", { username: undefined, "username*": "UTF-8''admin" }, 401],
		["no cnonce", { cnonce: undefined }, 400],
		["no qop", { qop: undefined }, 400],
		["qop=auth-int", { qop: "auth-int" }, 400],
		["a count that is no number", { nc: "zzzzzzzz" }, 400],
		["no response", { response: undefined }, 400],
	])("with %s: refused", async (_, raw, status) => {
		const { askWith, challenge, placer } = await challenged();
		expect((await askWith(authorize(challenge, {}, raw))).status).toBe(status);
		expect(placer.requests).toEqual([]);
	});
});

describe("secrets", () => {
	test("neither password nor Authorization reach the log or a page", async () => {
		const { askWith, challenge, log } = await challenged();
		const spoilt: Challenge | undefined = challenge && { ...challenge, algorithm: "MD5" };
		const headers = [
			authorize(challenge, { password: "guess" }),
			authorize(challenge, {}, { qop: "secret-qop" }),
			authorize(spoilt),
			`Digest ${PASSWORD}`,
		];
		for (const header of headers) {
			const page = await (await askWith(header)).text();
			for (const secret of [PASSWORD, "guess", "secret-qop", header]) expect(page).not.toContain(secret);
		}
		for (const secret of [PASSWORD, "guess", "secret-qop", "Digest"]) {
			expect(log.lines.join("\n")).not.toContain(secret);
		}
	});
});
