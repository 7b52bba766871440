import { afterAll, describe, expect, test } from "bun:test";
import { tcpState } from "../../../../src/sip/transport/tcp-state.ts";
import { Authority, LOOPBACK_NAMES } from "../../../support/authority.ts";

const authority = new Authority();
afterAll(() => authority[Symbol.dispose]());
const { certificate: cert, key } = authority.issue({ names: LOOPBACK_NAMES });

/** A connection to a peer on this machine that reads nothing unless it is told to. */
async function connected(tls: boolean) {
	const ready = Promise.withResolvers<void>();
	const accepted = Promise.withResolvers<Bun.Socket>();
	const server = Bun.listen({
		hostname: "127.0.0.1",
		port: 0,
		...(tls && { tls: { cert, key } }),
		socket: { open: (socket) => accepted.resolve(socket), data() {} },
	});
	const socket = await Bun.connect({
		hostname: "127.0.0.1",
		port: server.port,
		...(tls && { tls: { rejectUnauthorized: false } }),
		socket: { open: () => ready.resolve(), data() {} },
	});
	await ready.promise;
	const peer = await accepted.promise;
	return {
		socket,
		peer,
		[Symbol.dispose]() {
			socket.terminate();
			server.stop(true);
		},
	};
}

describe.if(process.platform === "linux").each([
	["TCP", false],
	["TLS", true],
] as const)("tcpState of a %s connection", (_name, tls) => {
	test("knows that what was sent has arrived", async () => {
		using pair = await connected(tls);
		pair.socket.write("hello");
		while (tcpState(pair.socket)?.unacknowledged !== false) await Bun.sleep(1);
		expect(tcpState(pair.socket)?.sinceAcknowledgement).toBeLessThan(10_000);
	});

	test("knows that what the peer does not read waits", async () => {
		using pair = await connected(tls);
		pair.peer.pause();
		const much = new Uint8Array(1 << 20);
		while (pair.socket.write(much) === much.length);
		while (tcpState(pair.socket)?.unacknowledged !== true) await Bun.sleep(1);
		expect(tcpState(pair.socket)?.unacknowledged).toBe(true);
	});
});

test("of what is no socket, or none any more, nothing is known", async () => {
	using pair = await connected(false);
	pair.socket.terminate();
	expect(tcpState(pair.socket)).toBeUndefined();
	expect(tcpState({})).toBeUndefined();
	expect(tcpState({ fd: -1 })).toBeUndefined();
});
