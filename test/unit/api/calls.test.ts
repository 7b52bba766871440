import { describe, expect, test } from "bun:test";
import { Call } from "../../../src/api/schemas.ts";
import { setUp } from "./support.ts";

const ORDER = { initiator: "201", destination: "301" };

describe("POST /calls", () => {
	test("places a call and says where it is", async () => {
		const { post, calls } = setUp();
		const response = await post({ ...ORDER, anchor: true });
		expect(response.status).toBe(201);
		expect(response.headers.get("Location")).toBe("/api/v1/calls/call1");
		expect(Call.parse(await response.json())).toMatchObject({
			id: "call1",
			way: "anchor",
			state: "calling initiator",
			initiator: { address: "201", uri: "sip:201@pbx.example.com", state: "calling" },
			destination: { state: "waiting" },
			startedAt: "2023-11-14T22:13:20.000Z",
		});
		expect(calls.requests).toEqual([{ ...ORDER, anchor: true, origin: { via: "http", peer: "192.0.2.7" } }]);
	});

	test.each([
		[{ destination: "301" }, "initiator", "expected an address, as a string"],
		[{ ...ORDER, initiator: "  " }, "initiator", "expected an address"],
		[{ ...ORDER, destination: 301 }, "destination", "expected an address, as a string"],
		[{ ...ORDER, initiator: "2".repeat(513) }, "initiator", "expected at most 512 characters"],
		[{ ...ORDER, anchor: "yes" }, "anchor", "expected true or false"],
		[{ ...ORDER, anker: true }, "anker", "is unknown"],
		["[1", "body", "expected JSON"],
		["[]", "body", expect.any(String)],
	])("refuses %j and names the field", async (body, field, problem) => {
		const { post, calls } = setUp();
		const response = await post(body);
		expect(response.status).toBe(400);
		expect(response.headers.get("Content-Type")).toBe("application/problem+json");
		expect(await response.json()).toMatchObject({ status: 400, errors: [{ field, problem }] });
		expect(calls.requests).toEqual([]);
	});

	test.each([
		[400, "Invalid URI format in initiator x"],
		[503, "Too many calls: MaxCalls is 200"],
	])("a refusal of %i keeps its words", async (code, text) => {
		const { post, calls } = setUp();
		calls.refusal = { code, text, final: true };
		const response = await post(ORDER);
		expect(response.status).toBe(code);
		expect(await response.json()).toMatchObject({ status: code, detail: text });
		expect(response.headers.get("Retry-After")).toBe(code === 503 ? "5" : null);
	});

	test("an address that no rule takes is named with its field", async () => {
		const { post, calls } = setUp();
		const reason = "no translation rule matches it";
		const refused = [{ name: "destination", address: "+49 x", reason }] as const;
		calls.refusal = { code: 400, text: "No translation rule", final: true, refused };
		expect(await (await post(ORDER)).json()).toMatchObject({
			detail: "No translation rule",
			errors: [{ field: "destination", problem: `+49 x cannot be called: ${reason}` }],
		});
	});

	test("takes JSON only, and not too much of it", async () => {
		const { post, calls } = setUp();
		expect((await post(ORDER, { "Content-Type": "text/plain" })).status).toBe(415);
		expect((await post(ORDER, { "Content-Length": "16385" })).status).toBe(413);
		expect(calls.requests).toEqual([]);
	});

	test("takes not too much when it is not told how much comes", async () => {
		const { ask, calls } = setUp();
		const send = (octets: number) =>
			ask("/api/v1/calls", {
				method: "POST",
				headers: { "Content-Type": "application/json" },
				body: new Blob([JSON.stringify(ORDER).padEnd(octets)]).stream(),
			});
		expect((await send(16_384)).status).toBe(201);
		const response = await send(16_385);
		expect(response.status).toBe(413);
		expect(await response.json()).toMatchObject({ errors: [{ field: "body" }] });
		expect(calls.requests).toHaveLength(1);
	});

	test.each(["Application/JSON", "application/json ; charset=utf-8", "application/json;charset=utf-8"])(
		"takes %p as JSON",
		async (type) => {
			expect((await setUp().post(ORDER, { "Content-Type": type })).status).toBe(201);
		},
	);

	test("takes UTF-8 only", async () => {
		const { ask, calls } = setUp();
		const response = await ask("/api/v1/calls", {
			method: "POST",
			headers: { "Content-Type": "application/json" },
			body: new Uint8Array([...new TextEncoder().encode('{"initiator":"j'), 0xf6, 0x22, 0x7d]),
		});
		expect(response.status).toBe(400);
		expect(await response.json()).toMatchObject({
			errors: [{ field: "body", problem: "expected JSON in UTF-8" }],
		});
		expect(calls.requests).toEqual([]);
	});

	test("takes nothing from the page of another site", async () => {
		const { post, calls } = setUp();
		const foreign = await post(ORDER, { Origin: "https://evil.example", Host: "box.example" });
		expect(foreign.status).toBe(403);
		expect((await post(ORDER, { "Sec-Fetch-Site": "cross-site" })).status).toBe(403);
		expect(calls.requests).toEqual([]);
	});
});

describe("an Idempotency-Key", () => {
	test("gives the first answer again, and places nothing", async () => {
		const { post, calls } = setUp();
		const first = await post(ORDER, { "Idempotency-Key": "k" });
		const second = await post(ORDER, { "Idempotency-Key": "k" });
		expect(second.status).toBe(201);
		expect(await second.text()).toBe(await first.text());
		expect(calls.requests).toHaveLength(1);
		await post(ORDER, { "Idempotency-Key": "other" });
		expect(calls.requests).toHaveLength(2);
	});

	test("of requests that come together places one call", async () => {
		const { post, calls } = setUp();
		const answers = await Promise.all([1, 2, 3].map(() => post(ORDER, { "Idempotency-Key": "k" })));
		expect(new Set(await Promise.all(answers.map((answer) => answer.text()))).size).toBe(1);
		expect(calls.requests).toHaveLength(1);
	});

	test("is for one request", async () => {
		const { post } = setUp();
		await post(ORDER, { "Idempotency-Key": "k" });
		const response = await post({ ...ORDER, anchor: true }, { "Idempotency-Key": "k" });
		expect(response.status).toBe(422);
		expect(await response.json()).toMatchObject({ errors: [{ field: "Idempotency-Key" }] });
	});

	test("is forgotten after ten minutes, and when the server was busy", async () => {
		const { post, calls, clock } = setUp();
		calls.refusal = { code: 503, text: "Too many calls", final: true };
		expect((await post(ORDER, { "Idempotency-Key": "k" })).status).toBe(503);
		calls.refusal = undefined;
		expect((await post(ORDER, { "Idempotency-Key": "k" })).status).toBe(201);
		clock.advance(620_000);
		await post(ORDER, { "Idempotency-Key": "k" });
		expect(calls.requests).toHaveLength(3);
	});

	test("has to be printable", async () => {
		const { post } = setUp();
		const response = await post(ORDER, { "Idempotency-Key": "a b" });
		expect(await response.json()).toMatchObject({ status: 400, errors: [{ field: "idempotency-key" }] });
	});
});

describe("calls", () => {
	test("are listed while they go on, and when asked for a little longer", async () => {
		const { post, ask, calls } = setUp();
		await post(ORDER);
		await post(ORDER);
		calls.hangUp("call1");
		const ids = async (path: string): Promise<string[]> =>
			((await (await ask(path)).json()) as { calls: { id: string }[] }).calls.map(({ id }) => id);
		expect(await ids("/api/v1/calls")).toEqual(["call2"]);
		expect(await ids("/api/v1/calls?ended=true")).toEqual(["call1", "call2"]);
		expect((await ask("/api/v1/calls?all=1")).status).toBe(400);
	});

	test("are hung up once", async () => {
		const { post, ask } = setUp();
		await post(ORDER);
		const hangUp = () => ask("/api/v1/calls/call1", { method: "DELETE" });
		const response = await hangUp();
		expect(response.status).toBe(202);
		expect(await response.json()).toMatchObject({
			state: "ended",
			endedBy: "operator",
			result: { code: 487 },
		});
		expect((await hangUp()).status).toBe(409);
		expect((await ask("/api/v1/calls/nobody", { method: "DELETE" })).status).toBe(404);
		expect((await ask("/api/v1/calls/call1")).status).toBe(200);
		expect((await ask("/api/v1/calls/nobody")).status).toBe(404);
	});
});

describe("access", () => {
	const TOKEN = "0123456789abcdef";
	const withToken = (token: string) => ({ headers: { Authorization: `Bearer ${token}` } });

	test("is open without password and token", async () => {
		expect((await setUp().ask("/api/v1/calls")).status).toBe(200);
		expect((await setUp().ask("/api/v1/calls", withToken(TOKEN))).status).toBe(200);
	});

	test("asks for the password when a token is shown and there are none", async () => {
		const refused = await setUp({ password: "secret" }).ask("/api/v1/calls", withToken(TOKEN));
		expect(refused.status).toBe(401);
		expect(refused.headers.get("WWW-Authenticate")).toStartWith("Digest ");
		expect(refused.headers.get("WWW-Authenticate")).not.toContain("Bearer");
	});

	test("needs one of the tokens when there are some", async () => {
		const { ask, log } = setUp({ tokens: [{ token: "another-token-here" }, { token: TOKEN }] });
		const refused = await ask("/api/v1/calls");
		expect(refused.status).toBe(401);
		expect(refused.headers.get("WWW-Authenticate")).toBe('Bearer realm="ClickToCall"');
		expect((await ask("/api/v1/calls", withToken("0123456789abcdeF"))).status).toBe(401);
		expect((await ask("/api/v1/calls", withToken(TOKEN))).status).toBe(200);
		expect(JSON.stringify(log)).not.toContain("0123456789abcdeF");
	});

	test("needs the password, or a token, when there is one", async () => {
		const { ask } = setUp({ tokens: [{ token: TOKEN }], password: "secret" });
		const refused = await ask("/api/v1/calls");
		expect(refused.status).toBe(401);
		expect(refused.headers.get("WWW-Authenticate")).toMatch(/Digest .*Digest .*Bearer /);
		expect((await ask("/api/v1/calls", withToken(TOKEN))).status).toBe(200);
		expect((await setUp({ password: "secret" }).ask("/api/v1/calls")).status).toBe(401);
	});

	test("who has a token is named in the call", async () => {
		const { app, calls } = setUp({ tokens: [{ token: TOKEN }] });
		const headers = { Authorization: `Bearer ${TOKEN}`, "Content-Type": "application/json" };
		await app.request(
			"/api/v1/calls",
			{ method: "POST", headers, body: JSON.stringify(ORDER) },
			{ peer: "192.0.2.7" },
		);
		expect(calls.requests[0]?.origin).toEqual({ via: "http", peer: "192.0.2.7", user: "token" });
	});
});

describe("anything else below /api", () => {
	test.each([
		["GET", "/api", 404],
		["GET", "/api/v1", 404],
		["GET", "/api/v2/calls", 404],
		["POST", "/api/v1/nothing", 404],
		["PUT", "/api/v1/calls", 405],
		["POST", "/api/v1/calls/call1", 405],
		["DELETE", "/api/v1/history", 405],
	])("%s %s is answered with %i", async (method, path, status) => {
		const response = await setUp().ask(path, { method });
		expect(response.status).toBe(status);
		expect(await response.json()).toMatchObject({ type: "about:blank", status });
		if (status === 405) expect(response.headers.get("Allow")).toContain("GET");
	});
});

test("an address is tried", async () => {
	const { ask } = setUp();
	expect(await (await ask("/api/v1/translate?address=20-1")).json()).toEqual({
		address: "20-1",
		cleaned: "201",
		uri: "sip:20-1@pbx.example.com",
		rule: { pattern: "^(.*)$", output: "sip:$1@pbx.example.com", file: "test", line: 1, engine: "RE2" },
	});
	const refused = await ask("/api/v1/translate?address=nobody");
	expect(refused.status).toBe(422);
	expect(await refused.json()).toMatchObject({ detail: "no translation rule matches it" });
	expect((await ask("/api/v1/translate")).status).toBe(400);
});
