import { describe, expect, test } from "bun:test";
import { GuessBrake } from "../../../src/http/guess-brake.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { MemoryLogger } from "../../support/memory-logger.ts";
import { authorize, CALL_PATH, challenges, PASSWORD, setUp } from "./support.ts";

const SECRET = "user or password";

function braked() {
	const clock = new FakeClock();
	const log = new MemoryLogger();
	const brake = new GuessBrake({ clock, log });
	const fail = (times: number, address = "192.0.2.7"): void => {
		for (let time = 0; time < times; time += 1) brake.failed(address, SECRET);
	};
	return { clock, log, brake, fail };
}

describe("GuessBrake", () => {
	test("the time until the next guess is looked at grows, and has an end", () => {
		const { brake, clock, fail } = braked();
		fail(10);
		expect(brake.wait("192.0.2.7", SECRET)).toBe(0);
		const waits = Array.from({ length: 6 }, () => {
			fail(1);
			const wait = brake.wait("192.0.2.7", SECRET);
			clock.advance(wait);
			expect(brake.wait("192.0.2.7", SECRET)).toBe(0);
			return wait;
		});
		expect(waits).toEqual([1000, 2000, 4000, 8000, 10_000, 10_000]);
	});

	test("others are not slowed down; of IPv6 a whole network of 64 bits is", () => {
		const { brake, fail } = braked();
		fail(20);
		fail(20, "2001:db8::1");
		expect(brake.wait("192.0.2.8", SECRET)).toBe(0);
		expect(brake.wait("192.0.2.7", "token")).toBe(0);
		expect(brake.wait("2001:db8:0:1::1", SECRET)).toBe(0);
		expect(brake.wait("2001:db8::2", SECRET)).toBeGreaterThan(0);
	});

	test("a quarter of an hour later it is forgotten, and no timer is left", () => {
		const { brake, clock, fail } = braked();
		fail(20);
		clock.advance(1_000_000);
		fail(1);
		expect(brake.wait("192.0.2.7", SECRET)).toBe(0);
		// What expires goes a quarter of its lifetime later at most.
		clock.advance(1_200_000);
		expect(clock.pending).toBe(0);
	});

	test("the log tells the first at once, the others once a minute, with their number", () => {
		const { brake, clock, log, fail } = braked();
		fail(10);
		for (let time = 0; time < 990; time += 1) brake.refused("192.0.2.7", SECRET);
		expect(log.lines).toEqual(["WARNING 192.0.2.7 gave a wrong user or password"]);
		clock.advance(60_000);
		fail(2);
		clock.advance(60_000);
		expect(log.lines.slice(1)).toEqual([
			"WARNING 192.0.2.7 gave a wrong user or password: 999 more in a minute",
			"WARNING 192.0.2.7 gave a wrong user or password: 2 more in a minute",
		]);
		clock.advance(60_000);
		fail(1);
		expect(log.lines.slice(3)).toEqual(["WARNING 192.0.2.7 gave a wrong user or password"]);
		expect(brake.figures).toEqual({ wrong: 13, refused: 990 });
	});

	test("guesses from everywhere do not wash out the log", () => {
		const { brake, clock, log } = braked();
		for (let host = 0; host < 30_000; host += 1) brake.failed(`10.0.${host >> 8}.${host & 255}`, SECRET);
		clock.advance(60_000);
		expect(log.lines.length).toBeLessThan(25);
		expect(log.lines.at(-1)).toMatch(/^WARNING \d+ more addresses gave a wrong password or token$/);
	});
});

describe("access with a password", () => {
	/** An application, who asks it, and guesses. */
	function guarded(options: Parameters<typeof setUp>[0] = {}) {
		const parts = braked();
		const { app, placer } = setUp({ password: PASSWORD, brake: parts.brake, ...options });
		const ask = async (authorization?: string, peer = "192.0.2.7", path = CALL_PATH) =>
			app.request(path, authorization === undefined ? {} : { headers: { Authorization: authorization } }, {
				peer,
			});
		const challenge = async () => challenges(await ask())[0];
		const guess = async (times: number): Promise<number[]> => {
			const asked = await challenge();
			const statuses: number[] = [];
			for (let time = 0; time < times; time += 1)
				statuses.push((await ask(authorize(asked, { password: `guess ${time}` }))).status);
			return statuses;
		};
		return { ...parts, placer, ask, challenge, guess };
	}

	test("a thousand guesses are looked at eleven times; then the right password has to wait, too, but not for long", async () => {
		const { ask, challenge, guess, clock, placer } = guarded();
		const statuses = await guess(1000);
		expect(statuses.filter((status) => status === 401)).toHaveLength(11);
		expect(new Set(statuses.slice(11))).toEqual(new Set([429]));
		const refused = await ask(authorize(await challenge()));
		expect(refused.status).toBe(429);
		expect(refused.headers.get("Retry-After")).toBe("1");
		expect(placer.requests).toEqual([]);
		clock.advance(1000);
		expect((await ask(authorize(await challenge()))).status).toBe(200);
	});

	test("the right password from elsewhere gets in at once", async () => {
		const { ask, challenge, guess } = guarded();
		await guess(100);
		expect((await ask(authorize(await challenge()), "192.0.2.8")).status).toBe(200);
	});

	test("who is logged in behind the same address goes on, with new nonces, too", async () => {
		const time = { now: 0 };
		const { ask, challenge, guess } = guarded({ now: () => time.now });
		const login = await challenge();
		const count = (nc: number) => ({ nc: nc.toString(16).padStart(8, "0") });
		expect((await ask(authorize(login, count(1)))).status).toBe(200);
		await guess(100);
		expect((await ask(authorize(login, count(2)))).status).toBe(200);
		time.now = 300_000;
		const stale = await ask(authorize(login, count(3)));
		expect(stale.status).toBe(401);
		await guess(20);
		expect((await ask(authorize(challenges(stale)[0]))).status).toBe(200);
		// Its nonce is no help for who does not know the password.
		expect((await ask(authorize(login, { ...count(4), password: "guess" }))).status).toBe(401);
	});

	test("what is no guess is answered as ever", async () => {
		const { ask, guess } = guarded();
		await guess(100);
		expect((await ask()).status).toBe(401);
		expect((await ask("Basic YWRtaW46eA==")).status).toBe(401);
		expect((await ask("Digest nonsense")).status).toBe(400);
		expect((await ask(undefined, undefined, "/index.html")).status).toBe(200);
	});

	test("wrong tokens are slowed down; the right one gets in at any time, and passwords are not touched", async () => {
		const { ask, challenge, log } = guarded({
			tokens: [{ token: "a-token-of-32-characters-0123456" }],
			probes: {
				health: { trouble: () => undefined, unready: () => undefined },
				metrics: { scrape: async () => ({ contentType: "text/plain", text: "" }) },
			},
		});
		const show = async (token: string) => (await ask(`Bearer ${token}`, undefined, "/metrics")).status;
		const statuses: number[] = [];
		for (let time = 0; time < 100; time += 1) statuses.push(await show(`guess-${time}`));
		expect(statuses.filter((status) => status === 401)).toHaveLength(11);
		expect(statuses.at(-1)).toBe(429);
		expect(await show("a-token-of-32-characters-0123456")).toBe(200);
		expect((await ask(authorize(await challenge()))).status).toBe(200);
		expect(log.lines).toEqual(["WARNING 192.0.2.7 gave a wrong token"]);
	});
});
