import { describe, expect, test } from "bun:test";
import { ConnectionBudget, ConnectionLimits } from "../../../src/net/connection-limits.ts";

describe("ConnectionLimits", () => {
	test("admits up to the total, whatever the addresses, and again when one was released", () => {
		const limits = new ConnectionLimits({ total: 2, perAddress: 0 });
		expect(limits.admit("192.0.2.1")).toBeUndefined();
		expect(limits.admit("192.0.2.2")).toBeUndefined();
		expect(limits.admit("192.0.2.3")).toBe("there are already 2 connections");
		expect(limits.total).toBe(2);
		limits.release("192.0.2.1");
		expect(limits.admit("192.0.2.3")).toBeUndefined();
	});

	test("admits so many of one address, and others beside them", () => {
		const limits = new ConnectionLimits({ total: 0, perAddress: 2 });
		expect(limits.admit("192.0.2.1")).toBeUndefined();
		expect(limits.admit("192.0.2.1")).toBeUndefined();
		expect(limits.admit("192.0.2.1")).toBe("192.0.2.1 already has 2 connections");
		expect(limits.admit("192.0.2.2")).toBeUndefined();
		limits.release("192.0.2.1");
		expect(limits.admit("192.0.2.1")).toBeUndefined();
	});

	test("knows an IPv6 host by its network of 64 bits", () => {
		const limits = new ConnectionLimits({ total: 0, perAddress: 1 });
		expect(limits.admit("2001:db8:1:2::1")).toBeUndefined();
		expect(limits.admit("2001:db8:1:2:ffff::1")).toBe("2001:db8:1:2::/64 already has 1 connections");
		expect(limits.admit("2001:db8:1:3::1")).toBeUndefined();
	});

	test.each([
		["the loopback address", "::1", "::2"],
		["link-local addresses", "fe80::1%eth0", "fe80::2%eth0"],
	])("tells apart %s", (_name, one, other) => {
		const limits = new ConnectionLimits({ total: 0, perAddress: 1 });
		expect(limits.admit(one)).toBeUndefined();
		expect(limits.admit(other)).toBeUndefined();
		expect(limits.admit(one)).toBeDefined();
	});

	test("a release of what was never admitted frees no place", () => {
		const limits = new ConnectionLimits({ total: 1, perAddress: 1 });
		limits.admit("192.0.2.1");
		limits.release("192.0.2.2");
		expect(limits.total).toBe(1);
		expect(limits.admit("192.0.2.2")).toBeDefined();
	});

	test("several servers share what the process may hold", () => {
		const budget = new ConnectionBudget(2);
		const one = new ConnectionLimits({ total: 10, perAddress: 10, budget });
		const other = new ConnectionLimits({ total: 10, perAddress: 10, budget });
		expect(one.admit("192.0.2.1")).toBeUndefined();
		expect(other.admit("192.0.2.1")).toBeUndefined();
		expect(one.admit("192.0.2.1")).toBe("the program has 2 connections and no file descriptors for more");
		expect(one.total).toBe(1);
		other.release("192.0.2.1");
		expect(one.admit("192.0.2.1")).toBeUndefined();
	});

	test("what a limit refuses takes nothing from the others", () => {
		const budget = new ConnectionBudget(0);
		const limits = new ConnectionLimits({ total: 5, perAddress: 1, budget });
		limits.admit("192.0.2.1");
		limits.admit("192.0.2.1");
		expect(limits.total).toBe(1);
		expect(budget.taken).toBe(1);
		limits.release("192.0.2.1");
		expect(budget.taken).toBe(0);
	});
});

test("of an address that is not limited, only the total counts", () => {
	const limits = new ConnectionLimits({ total: 3, perAddress: 1, unlimited: ["127.0.0.0/8"] });
	expect(limits.admit("127.0.0.1")).toBeUndefined();
	expect(limits.admit("127.0.0.1")).toBeUndefined();
	expect(limits.admit("192.0.2.1")).toBeUndefined();
	expect(limits.admit("127.0.0.1")).toContain("already 3 connections");
});
