import { describe, expect, test } from "bun:test";
import { AddressCache } from "../../../../src/sip/resolve/address-cache.ts";
import type { AddressRecord } from "../../../../src/sip/resolve/address-source.ts";
import { ResolveError } from "../../../../src/sip/resolve/resolve-error.ts";
import { FakeClock } from "../../../support/fake-clock.ts";

function makeCache(answer: (name: string) => AddressRecord[]) {
	const asked: string[] = [];
	const clock = new FakeClock();
	const source = {
		lookup: async (name: string) => {
			asked.push(name);
			return answer(name);
		},
	};
	return { asked, clock, cache: new AddressCache(source, clock) };
}

describe("AddressCache", () => {
	const lifetimes: [string, (number | undefined)[], number][] = [
		["the TTL", [42], 42_000],
		["the shortest TTL of several", [60, 7, 300], 7000],
		["30 s when the TTL is unknown", [undefined], 30_000],
		["1 s when the TTL is 0", [0], 1000],
		["a day at most", [604_800], 86_400_000],
	];
	test.each(lifetimes)("remembers an answer for %s", async (_title, ttls, lifetime) => {
		const { asked, clock, cache } = makeCache(() =>
			ttls.map((ttl, index) => ({ address: `192.0.2.${index}`, ttl })),
		);
		const addresses = await cache.lookup("pbx.example");
		expect(addresses).toEqual(ttls.map((_, index) => `192.0.2.${index}`));
		clock.advance(lifetime - 1);
		expect(cache.lookup("PBX.Example")).toEqual(addresses);
		expect(asked).toEqual(["pbx.example"]);
		clock.advance(1);
		await cache.lookup("pbx.example");
		expect(asked).toEqual(["pbx.example", "pbx.example"]);
	});

	test("a failure of the source is a ResolveError with its reason and cause, remembered for 5 s", async () => {
		const cause = new Error("no server");
		let broken = true;
		const { asked, clock, cache } = makeCache(() => {
			if (broken) throw cause;
			return [{ address: "192.0.2.1", ttl: 60 }];
		});
		const error: unknown = await Promise.resolve(cache.lookup("pbx.example")).catch(
			(reason: unknown) => reason,
		);
		expect(error).toBeInstanceOf(ResolveError);
		expect(error).toMatchObject({
			message: "The address of pbx.example could not be found: no server",
			cause,
		});
		broken = false;
		clock.advance(4999);
		expect(() => cache.lookup("pbx.example")).toThrow(ResolveError);
		expect(asked).toHaveLength(1);
		clock.advance(1);
		expect(await cache.lookup("pbx.example")).toEqual(["192.0.2.1"]);
	});

	test("the oldest of 4096 names is forgotten for a new one", async () => {
		const { asked, cache } = makeCache(() => [{ address: "192.0.2.1", ttl: 60 }]);
		for (let name = 0; name <= 4096; name++) await cache.lookup(`host${name}.example`);
		expect(cache.lookup("host1.example")).toEqual(["192.0.2.1"]);
		expect(cache.lookup("host0.example")).toBeInstanceOf(Promise);
		expect(asked).toHaveLength(4098);
	});
});
