import { expect, test } from "bun:test";
import { enlargeReceiveBuffer, openUdp, sourceAddress } from "../../../../src/runtime/bun/udp.ts";

const SIZE = 4 << 20;
const silent = { data: () => {}, error: () => {} };

test("the receive buffer holds a burst", async () => {
	const socket = await openUdp({ hostname: "127.0.0.1", port: 0, socket: silent });
	const size = enlargeReceiveBuffer(socket, SIZE);
	socket.close();
	if (process.platform === "linux") expect(size).toBeGreaterThanOrEqual(106_496);
	else expect(size).toBeUndefined();
});

test("a socket that is closed has no receive buffer", async () => {
	const socket = await openUdp({ hostname: "127.0.0.1", port: 0, socket: silent });
	socket.close();
	expect(enlargeReceiveBuffer(socket, SIZE)).toBeUndefined();
});

test.each(["127.0.0.1", "::1"])("this machine is reached from itself: %s", (address) => {
	expect(sourceAddress(address)).toBe(address);
});

test("a name has no route", () => {
	expect(() => sourceAddress("example.test")).toThrow();
});
