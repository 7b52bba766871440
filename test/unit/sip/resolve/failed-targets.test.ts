import { describe, expect, test } from "bun:test";
import { FailedTargets } from "../../../../src/sip/resolve/failed-targets.ts";
import type { Target } from "../../../../src/sip/transport/types.ts";
import { FakeClock } from "../../../support/fake-clock.ts";

function target(address: string, other: Partial<Target> = {}): Target {
	return { protocol: "UDP", address, port: 5060, ...other };
}

const [a, b, c] = [target("192.0.2.1"), target("192.0.2.2"), target("192.0.2.3")];

describe("FailedTargets", () => {
	test("a target that failed comes last for 60 s, the others keep their order", () => {
		const clock = new FakeClock();
		const failed = new FailedTargets(clock);
		failed.add(target("192.0.2.1"));
		clock.advance(59_999);
		expect(failed.last([a, b, c])).toEqual([b, c, a]);
		clock.advance(1);
		expect(failed.last([a, b, c])).toEqual([a, b, c]);
	});

	test("failing again starts the 60 s anew", () => {
		const clock = new FakeClock();
		const failed = new FailedTargets(clock);
		failed.add(a);
		clock.advance(59_000);
		failed.add(a);
		clock.advance(59_000);
		expect(failed.last([a, b])).toEqual([b, a]);
	});

	test("none is left out, even when all failed", () => {
		const failed = new FailedTargets(new FakeClock());
		for (const one of [b, a]) failed.add(one);
		expect(failed.last([a, b])).toEqual([a, b]);
		expect(failed.last([a])).toEqual([a]);
	});

	test("another port, protocol or domain is another target", () => {
		const failed = new FailedTargets(new FakeClock());
		failed.add(a);
		for (const other of [
			{ port: 5070 },
			{ protocol: "TCP" },
			{ protocol: "TLS", domain: "x.example" },
		] as const) {
			const similar = target("192.0.2.1", other);
			expect(failed.last([similar, b])).toEqual([similar, b]);
		}
	});

	test("the one of 1024 that failed longest ago is forgotten for a new one", () => {
		const failed = new FailedTargets(new FakeClock());
		for (let port = 1; port <= 1025; port++) failed.add(target("192.0.2.1", { port }));
		const [first, second] = [target("192.0.2.1", { port: 1 }), target("192.0.2.1", { port: 2 })];
		expect(failed.last([first, b])).toEqual([first, b]);
		expect(failed.last([second, b])).toEqual([b, second]);
	});
});
