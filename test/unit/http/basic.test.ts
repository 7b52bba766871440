import { describe, expect, test } from "bun:test";
import { hashesOf, storedHashes } from "../../../src/password-hashes.ts";
import { CALL_PATH, PASSWORD, setUp } from "./support.ts";

function start(password = PASSWORD) {
	const { app, placer } = setUp({ password, users: [{ name: "jörg", password: "grün", phones: ["alice"] }] });
	const ask = async (credentials: string | Uint8Array, secure = true): Promise<Response> => {
		const Authorization = `Basic ${Buffer.from(credentials).toString("base64")}`;
		return app.request(CALL_PATH, { headers: { Authorization } }, { peer: "192.0.2.7", secure });
	};
	return { app, placer, ask };
}

describe("Basic", () => {
	test("is accepted over TLS, with a password or with its hashes", async () => {
		expect((await start().ask(`admin:${PASSWORD}`)).status).toBe(200);
		const stored = storedHashes(hashesOf("admin", "a:b"));
		expect((await start(stored).ask("admin:a:b")).status).toBe(200);
		expect((await start(stored).ask(`admin:${stored}`)).status).toBe(401);
	});

	test("is read as UTF-8 or, from older programs, as Latin-1", async () => {
		expect((await start().ask("jörg:grün")).status).not.toBe(401);
		expect((await start().ask(Buffer.from("jörg:grün", "latin1"))).status).not.toBe(401);
	});

	test.each(["admin:wrong", "admin:", "nobody:open sesame", "admin", ":", "jörg:open sesame"])(
		"is refused with %p, and nobody is called",
		async (credentials) => {
			const { ask, placer } = start();
			const response = await ask(credentials);
			expect(response.status).toBe(401);
			expect(response.headers.get("WWW-Authenticate")).toEndWith(
				'Basic realm="ClickToCall", charset="UTF-8"',
			);
			expect(placer.requests).toEqual([]);
		},
	);

	test("is refused over plain HTTP, which offers only Digest", async () => {
		const { ask, placer } = start();
		const response = await ask(`admin:${PASSWORD}`, false);
		expect(response.status).toBe(401);
		expect(response.headers.get("WWW-Authenticate")).not.toContain("Basic");
		expect(placer.requests).toEqual([]);
	});

	test("lets nobody guess: after ten wrong ones even the right one has to wait", async () => {
		const { ask } = start();
		for (let wrong = 0; wrong < 11; wrong += 1) expect((await ask("admin:wrong")).status).toBe(401);
		const response = await ask(`admin:${PASSWORD}`);
		expect(response.status).toBe(429);
		expect(response.headers.get("Retry-After")).toBe("1");
	});
});
