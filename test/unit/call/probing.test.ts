import { expect, test } from "bun:test";
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
	legs[2]?.probed?.();
	expect(figures).toEqual({ restored: 0, probed: 2, freed: 1, unusable: 0 });
});
