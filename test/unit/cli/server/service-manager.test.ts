import { beforeEach, describe, expect, test } from "bun:test";
import { type ServiceEnvironment, ServiceManager } from "../../../../src/cli/server/service-manager.ts";
import { FakeClock } from "../../../support/fake-clock.ts";

let clock: FakeClock;
let sent: string[];
let warnings: string[];
let taking: boolean;
let closed: boolean;

beforeEach(() => {
	clock = new FakeClock();
	sent = [];
	warnings = [];
	taking = true;
	closed = false;
});

function managerIn(environment: ServiceEnvironment): ServiceManager {
	return new ServiceManager({
		environment,
		pid: 42,
		clock,
		warn: (text) => warnings.push(text),
		open: () => ({
			send: (text) => {
				if (taking) sent.push(text);
				return taking;
			},
			close: () => {
				closed = true;
			},
		}),
	});
}

const beats = (): number => sent.filter((text) => text === "WATCHDOG=1").length;

test("without a service manager nothing is sent and no timer is set", () => {
	const manager = managerIn({ WATCHDOG_USEC: "1000000" });
	manager.ready("listening");
	manager.reloading();
	manager.stopping("ending", 1000);
	expect(sent).toEqual([]);
	expect(clock.pending).toBe(0);
	manager.close();
});

test("each state is told in sd_notify's words", () => {
	const manager = managerIn({ NOTIFY_SOCKET: "/run/notify" });
	manager.ready("listening");
	manager.reloading();
	manager.ready("listening");
	manager.stopping("ending the calls", 75_000);
	expect(sent.map((text) => text.split("\n")[0])).toEqual([
		"READY=1",
		"RELOADING=1",
		"READY=1",
		"STOPPING=1",
	]);
	expect(sent[3]).toBe("STOPPING=1\nEXTEND_TIMEOUT_USEC=75000000\nSTATUS=ending the calls");
	manager.close();
	expect(closed).toBe(true);
});

describe("the watchdog", () => {
	test("is fed at half of its time, from ready to close, reloads or not", () => {
		const manager = managerIn({ NOTIFY_SOCKET: "@n", WATCHDOG_USEC: "30000000", WATCHDOG_PID: "42" });
		expect(beats()).toBe(0);
		manager.ready("listening");
		expect(beats()).toBe(1);
		clock.advance(14_999);
		expect(beats()).toBe(1);
		manager.reloading();
		manager.ready("listening");
		clock.advance(15_001);
		expect(beats()).toBe(3);
		expect(clock.pending).toBe(1);
		manager.stopping("ending the calls", 0);
		clock.advance(15_000);
		expect(beats()).toBe(4);
		manager.close();
		expect(clock.pending).toBe(0);
	});

	test.each([
		["another process's", { WATCHDOG_USEC: "30000000", WATCHDOG_PID: "43" }],
		["off", { WATCHDOG_USEC: "0" }],
		["nonsense", { WATCHDOG_USEC: "soon" }],
		["not there", {}],
	])("that is %s is not fed", (_what, environment) => {
		const manager = managerIn({ NOTIFY_SOCKET: "@n", ...environment });
		manager.ready("listening");
		clock.advance(60_000);
		expect(beats()).toBe(0);
		manager.close();
	});
});

describe("a service manager that does not listen", () => {
	test("is told again, of what was said last only", () => {
		const manager = managerIn({ NOTIFY_SOCKET: "@n" });
		taking = false;
		manager.reloading();
		manager.ready("listening");
		clock.advance(250);
		taking = true;
		clock.advance(100);
		expect(sent).toEqual(["READY=1\nSTATUS=listening"]);
		expect(clock.pending).toBe(0);
		manager.close();
	});

	test("is given up after a while, with one warning", () => {
		const manager = managerIn({ NOTIFY_SOCKET: "@n" });
		taking = false;
		manager.ready("listening");
		clock.advance(60_000);
		manager.ready("listening");
		clock.advance(60_000);
		expect(warnings).toEqual(["systemd does not accept a message: READY=1"]);
		expect(clock.pending).toBe(0);
		manager.close();
	});

	test("and whose socket cannot be used is a warning; the server goes on", () => {
		const manager = new ServiceManager({
			environment: { NOTIFY_SOCKET: "nowhere" },
			pid: 42,
			clock,
			warn: (text) => warnings.push(text),
		});
		manager.ready("listening");
		manager.close();
		expect(warnings).toHaveLength(1);
		expect(warnings[0]).toContain("NOTIFY_SOCKET = nowhere");
	});
});
