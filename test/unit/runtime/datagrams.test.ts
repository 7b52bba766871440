import { expect, test } from "bun:test";
import { enlargeReceiveBuffer, openUdp, sourceAddress } from "#runtime";
import type { UdpSocket } from "../../../src/runtime/udp.ts";

/** Nobody listens there. */
const DISCARD = 9;

/** Opens a socket that sends back what it gets. */
function echo(hostname: string): Promise<UdpSocket> {
	const data = (socket: UdpSocket, bytes: Buffer, port: number, address: string) =>
		void socket.send(bytes, port, address);
	return openUdp({ hostname, port: 0, socket: { data, error: () => {} } });
}

test.each([
	["127.0.0.1", "127.0.0.1", "127.0.0.1"],
	["::", "127.0.0.1", "127.0.0.1"],
	["::", "::1", "::1"],
	["127.0.0.1", "127.0.0.1", "::"],
])("what is sent to %s at %s comes back to %s", async (on, at, from) => {
	const other = await echo(on);
	const heard = Promise.withResolvers<string>();
	const data = (_socket: UdpSocket, bytes: Buffer, port: number, address: string) =>
		heard.resolve(`${bytes} ${port} ${address.replace("::ffff:", "")}`);
	const socket = await openUdp({ hostname: from, port: 0, socket: { data, error: () => {} } });
	expect(socket.send("Grüße", other.port, at)).toBe(true);
	expect(await heard.promise).toBe(`Grüße ${other.port} ${at}`);
	socket.close();
	other.close();
	expect(socket.closed).toBe(true);
});

test("the receive buffer can be enlarged, and a port that is taken is an error of the system", async () => {
	const socket = await echo("127.0.0.1");
	expect(enlargeReceiveBuffer(socket, 1 << 20)).toBeGreaterThan(100_000);
	const again = { hostname: "127.0.0.1", port: socket.port, socket: { data: () => {}, error: () => {} } };
	const refused = await openUdp(again).catch((error: unknown) => error);
	expect(refused).toMatchObject({ code: "EADDRINUSE" });
	socket.close();
});

test("a peer that is not there is told of", async () => {
	const told = Promise.withResolvers<void>();
	const error = () => told.resolve();
	const socket = await openUdp({ hostname: "127.0.0.1", port: 0, socket: { data: () => {}, error } });
	socket.send("nobody", DISCARD, "127.0.0.1");
	await told.promise;
	socket.close();
});

test("our address towards a peer is that of the route", () => {
	expect(sourceAddress("127.0.0.7")).toBe("127.0.0.1");
	expect(sourceAddress("::1")).toBe("::1");
});
