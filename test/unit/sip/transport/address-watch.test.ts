import { describe, expect, test } from "bun:test";
import { AddressWatch } from "../../../../src/sip/transport/address-watch.ts";
import { machineNetwork } from "../../../../src/sip/transport/machine-network.ts";
import { FakeClock } from "../../../support/fake-clock.ts";

/** A machine whose addresses a test changes. */
function machine(...addresses: string[]) {
	const clock = new FakeClock();
	const heard: { at: number; gone: string[]; summary: string }[] = [];
	const state = { addresses, routes: "", fails: false };
	const watch = new AddressWatch({
		clock,
		read: () => {
			if (state.fails) throw new Error("no answer");
			return {
				addresses: new Set(state.addresses),
				fingerprint: `${[...state.addresses].sort().join(" ")} ${state.routes}`,
			};
		},
		onChange: (gone, _addresses, summary) => heard.push({ at: clock.now(), gone: [...gone], summary }),
	});
	return { clock, heard, state, watch };
}

describe("AddressWatch", () => {
	test("says nothing while nothing changes", () => {
		const { clock, heard } = machine("192.0.2.1");
		clock.advance(3_600_000);
		expect(heard).toEqual([]);
	});

	test("tells of a change at the next look, and of an address that stays away at the one after it", () => {
		const { clock, heard, state } = machine("127.0.0.1", "192.0.2.1");
		state.addresses = ["127.0.0.1", "192.0.2.77"];
		clock.advance(60_000);
		expect(heard).toEqual([
			{ at: 1500, gone: [], summary: "+192.0.2.77, -192.0.2.1" },
			{ at: 3000, gone: ["192.0.2.1"], summary: "" },
		]);
	});

	test("an address that is back at the next look was never gone", () => {
		const { clock, heard, state } = machine("2001:db8::1");
		state.addresses = [];
		clock.advance(1500);
		state.addresses = ["2001:db8::1"];
		clock.advance(60_000);
		expect(heard).toEqual([
			{ at: 1500, gone: [], summary: "-2001:db8::1" },
			{ at: 3000, gone: [], summary: "+2001:db8::1" },
		]);
	});

	test("tells of an address that comes back much later", () => {
		const { clock, heard, state } = machine("192.0.2.1");
		state.addresses = [];
		clock.advance(3000);
		heard.length = 0;
		state.addresses = ["192.0.2.1"];
		clock.advance(3000);
		expect(heard).toEqual([{ at: 4500, gone: [], summary: "+192.0.2.1" }]);
	});

	test("tells of a route that has changed, without a word for people", () => {
		const { clock, heard, state } = machine("192.0.2.1");
		state.routes = "default by eth1";
		clock.advance(3000);
		expect(heard).toEqual([{ at: 1500, gone: [], summary: "" }]);
	});

	test("does not speak of link-local addresses to people", () => {
		const { clock, heard, state } = machine("192.0.2.1");
		state.addresses = ["192.0.2.1", "fe80::1"];
		clock.advance(1500);
		expect(heard).toEqual([{ at: 1500, gone: [], summary: "" }]);
	});

	test("a system that does not answer changes nothing, and is asked again", () => {
		const { clock, heard, state } = machine("192.0.2.1");
		state.fails = true;
		clock.advance(15_000);
		expect(heard).toEqual([]);
		state.fails = false;
		state.addresses = ["192.0.2.2"];
		clock.advance(1500);
		expect(heard).toHaveLength(1);
	});

	test("has no timer when it is closed", () => {
		const { clock, watch } = machine("192.0.2.1");
		clock.advance(2000);
		watch.close();
		expect(clock.pending).toBe(0);
	});
});

test("machineNetwork names the loopback addresses, and says the same twice in a row", () => {
	const { addresses, fingerprint } = machineNetwork();
	expect(addresses.has("127.0.0.1")).toBe(true);
	expect(machineNetwork().fingerprint).toBe(fingerprint);
});
