import { describe, expect, test } from "bun:test";
import { Probing } from "../../../src/call/probing.ts";
import { parseUri } from "../../../src/sip/message/uri.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { FakeLeg } from "../../support/fake-leg.ts";

function phones(count: number): FakeLeg[] {
	const address = parseUri("sip:a@192.0.2.1");
	if (!address) throw new Error("address");
	return Array.from({ length: count }, () => {
		const leg = new FakeLeg(address);
		leg.state = "confirmed";
		return leg;
	});
}

function bench() {
	const clock = new FakeClock();
	const figures = { restored: 0, probed: 0, freed: 0, unusable: 0 };
	return { clock, figures, probing: new Probing(clock, figures) };
}

test("phones are probed in order, 50 a second, however many there are", () => {
	const { clock, figures, probing } = bench();
	const legs = phones(4000);
	const isProbed = ({ asked }: FakeLeg): boolean => asked.length > 0;
	probing.add(legs);
	clock.advance(999);
	expect(legs.filter(isProbed)).toEqual(legs.slice(0, 50));
	probing.add(phones(10));
	clock.advance(80_000);
	expect(figures.probed).toBe(4010);
	expect(clock.pending).toBe(0);
	expect(legs.every(({ asked }) => asked.length === 1)).toBe(true);
});

test("a phone that has left meanwhile is passed over at once", () => {
	const { clock, figures, probing } = bench();
	const legs = phones(3);
	legs[1]?.hangUp();
	probing.add(legs);
	clock.advance(20);
	expect(legs.map(({ asked }) => asked)).toEqual([["probe"], [], ["probe"]]);
	legs[2]?.probed?.("gone");
	expect(figures).toEqual({ restored: 0, probed: 2, freed: 1, unusable: 0 });
});

describe("when phones do not reach us before they are asked", () => {
	const asked = (legs: readonly FakeLeg[]): number => legs.filter((leg) => leg.asked.length > 0).length;

	test("as many are asked as answer", () => {
		const { clock, probing } = bench();
		const legs = phones(600);
		for (const leg of legs) {
			leg.probe = (settled) => {
				leg.asked.push("probe");
				clock.after(100, () => settled("taken"));
			};
		}
		probing.add(legs, "urgent");
		clock.advance(1000);
		expect(asked(legs)).toBe(600);
	});

	test("those that do not answer do not hold up the others for long", () => {
		const { clock, probing } = bench();
		const legs = phones(250);
		probing.add(legs, "urgent");
		clock.advance(499);
		expect(asked(legs)).toBe(100);
		clock.advance(300);
		expect(asked(legs)).toBe(200);
		clock.advance(1000);
		expect(asked(legs)).toBe(250);
		expect(clock.pending).toBe(0);
	});

	test("one that is busy is asked again, five times", () => {
		const { clock, probing } = bench();
		const legs = phones(1);
		probing.add(legs, "urgent");
		for (let time = 0; time < 8; time++) {
			legs[0]?.probed?.("busy");
			clock.advance(20_000);
		}
		expect(legs[0]?.asked).toEqual(Array(6).fill("probe"));
		expect(clock.pending).toBe(0);
	});
});

test("one that reaches us is asked once, busy or not", () => {
	const { clock, probing } = bench();
	const legs = phones(1);
	probing.add(legs);
	legs[0]?.probed?.("busy");
	clock.advance(60_000);
	expect(legs[0]?.asked).toEqual(["probe"]);
});
