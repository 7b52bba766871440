import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { NotifySocket, NotifySocketError, socketAddress } from "../../../../src/cli/server/notify-socket.ts";
import { NotifyReceiver } from "../../../support/notify-receiver.ts";

let folder: string;

beforeAll(() => {
	folder = mkdtempSync(join(tmpdir(), "notify-"));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("a datagram to the service manager", () => {
	test.each([
		["a path", () => join(folder, "socket")],
		["an abstract name", () => `@clicktocall-test-${process.pid}`],
	])("arrives whole at %s", (_kind, name) => {
		const receiver = new NotifyReceiver(name());
		const socket = new NotifySocket(name());
		expect(socket.send("READY=1\nSTATUS=hört")).toBe(true);
		expect(socket.send("WATCHDOG=1")).toBe(true);
		expect(receiver.receive()).toEqual(["READY=1\nSTATUS=hört", "WATCHDOG=1"]);
		socket.close();
		receiver.close();
	});

	test("that nobody takes is said to be lost", () => {
		const socket = new NotifySocket(join(folder, "nobody"));
		expect(socket.send("READY=1")).toBe(false);
		socket.close();
	});

	test("never waits for a receiver that reads nothing", () => {
		const receiver = new NotifyReceiver(join(folder, "full"));
		const socket = new NotifySocket(join(folder, "full"));
		const taken = Array.from({ length: 5000 }, () => socket.send("WATCHDOG=1"));
		expect(taken[0]).toBe(true);
		expect(taken.at(-1)).toBe(false);
		socket.close();
		receiver.close();
	});
});

describe("the name of the socket", () => {
	test("is a path with a NUL after it, or an abstract name with a NUL in place of the @", () => {
		expect([...socketAddress("/ab")]).toEqual([1, 0, 0x2f, 0x61, 0x62, 0]);
		expect([...socketAddress("@ab")]).toEqual([1, 0, 0, 0x61, 0x62]);
	});

	test.each(["", "run/notify", "@", "/", `/${"x".repeat(107)}`, "vsock:2:1"])("%p is refused", (name) => {
		expect(() => socketAddress(name)).toThrow(NotifySocketError);
		expect(() => new NotifySocket(name)).toThrow("NOTIFY_SOCKET");
	});
});
