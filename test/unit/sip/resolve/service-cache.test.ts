import { describe, expect, test } from "bun:test";
import { ServiceCache } from "../../../../src/sip/resolve/service-cache.ts";
import type { SrvRecord } from "../../../../src/sip/resolve/service-source.ts";
import { FakeClock } from "../../../support/fake-clock.ts";
import { silentLog } from "../reliability/support.ts";

const NAME = "_sip._udp.pbx.example";
const SERVER: SrvRecord = { priority: 1, weight: 1, port: 5060, name: "a.pbx.example" };

function makeCache(answer: () => SrvRecord[]) {
	const asked: string[] = [];
	const clock = new FakeClock();
	const source = {
		naptr: async () => [],
		srv: async (name: string) => {
			asked.push(name);
			return answer();
		},
	};
	return { asked, clock, cache: new ServiceCache(source, clock, silentLog) };
}

describe("ServiceCache", () => {
	test.each([
		["records", [SERVER]],
		["that there are none", []],
	])("remembers %s for 5 s, for names in any case", async (_title, records) => {
		const { asked, clock, cache } = makeCache(() => records);
		expect(await cache.srv(NAME)).toEqual(records);
		clock.advance(4999);
		expect(cache.srv(NAME.toUpperCase())).toEqual(records);
		clock.advance(1);
		expect(await cache.srv(NAME)).toEqual(records);
		expect(asked).toEqual([NAME, NAME]);
	});

	test("questions at the same time are one", async () => {
		const { asked, cache } = makeCache(() => [SERVER]);
		await Promise.all([cache.srv(NAME), cache.srv(NAME)]);
		expect(asked).toEqual([NAME]);
	});

	test("a source that fails counts as no records for 10 s", async () => {
		let broken = true;
		const { asked, clock, cache } = makeCache(() => {
			if (broken) throw new Error("no server");
			return [SERVER];
		});
		expect(await cache.srv(NAME)).toEqual([]);
		broken = false;
		clock.advance(9999);
		expect(cache.srv(NAME)).toEqual([]);
		clock.advance(1);
		expect(await cache.srv(NAME)).toEqual([SERVER]);
		expect(asked).toHaveLength(2);
	});

	test("an answer is cut to 64 records", async () => {
		const { cache } = makeCache(() => Array.from({ length: 1000 }, () => SERVER));
		expect(await cache.srv(NAME)).toHaveLength(64);
	});
});
