import { describe, expect, test } from "bun:test";
import { isIP } from "node:net";
import { isWildcard } from "../../../../src/sip/transport/ip-address.ts";
import { LocalAddresses } from "../../../../src/sip/transport/local-address.ts";
import { TransportError } from "../../../../src/sip/transport/types.ts";
import { FakeClock } from "../../../support/fake-clock.ts";

describe("LocalAddresses", () => {
	test.each(["127.0.0.1", "::1"])("to %s our address is that one", (loopback) => {
		expect(new LocalAddresses(undefined, new FakeClock()).towards(loopback)).toBe(loopback);
	});

	test("the fixed address is the answer for every peer", () => {
		const locals = new LocalAddresses("192.0.2.1", new FakeClock());
		expect(locals.towards("127.0.0.1")).toBe("192.0.2.1");
	});

	test("an answer is an address of one interface, also after it was forgotten", () => {
		const clock = new FakeClock();
		const locals = new LocalAddresses(undefined, clock);
		for (let minute = 0; minute < 3; minute++) {
			const address = locals.towards("127.0.0.5");
			expect(isIP(address)).toBe(4);
			expect(isWildcard(address)).toBe(false);
			clock.advance(60_000);
		}
	});

	test("an answer is remembered for a minute, unless the network changes", () => {
		const clock = new FakeClock();
		let ours = "192.0.2.1";
		const locals = new LocalAddresses(undefined, clock, undefined, () => ours);
		expect(locals.towards("192.0.2.9")).toBe("192.0.2.1");
		ours = "192.0.2.77";
		clock.advance(59_999);
		expect(locals.towards("192.0.2.9")).toBe("192.0.2.1");
		locals.forget();
		expect(locals.towards("192.0.2.9")).toBe("192.0.2.77");
	});

	test("an address that moves is the answer while the machine has it", () => {
		let isHere = true;
		const moving = { address: "192.0.2.50", isHere: () => isHere };
		const locals = new LocalAddresses(undefined, new FakeClock(), moving, () => "192.0.2.1");
		expect([locals.towards("192.0.2.9"), locals.bound("192.0.2.9")]).toEqual(["192.0.2.50", "192.0.2.50"]);
		expect(locals.bound("2001:db8::9")).toBeUndefined();
		isHere = false;
		locals.forget();
		expect([locals.towards("192.0.2.9"), locals.bound("192.0.2.9")]).toEqual(["192.0.2.1", undefined]);
	});

	test("without a route it throws a TransportError", () => {
		const locals = new LocalAddresses(undefined, new FakeClock());
		expect(() => locals.towards("255.255.255.255")).toThrow(TransportError);
		expect(() => locals.towards("phone.example")).toThrow(TransportError);
	});
});
