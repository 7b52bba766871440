import { expect, test } from "bun:test";
import { connectTcp, listenTcp } from "#runtime";
import type { Handlers, TcpSocket } from "../../../src/runtime/tcp.ts";
import { makeSelfSigned } from "../../../src/tls/self-signed.ts";

/** What one side of a connection hears, in order. */
class Ear {
	readonly heard: string[] = [];
	socket: TcpSocket | undefined;
	#waiting: (() => void) | undefined;

	/** @param also what to do besides. */
	handlers(also: Handlers<undefined> = {}): Handlers<undefined> {
		const note = (text: string): void => {
			this.heard.push(text);
			this.#waiting?.();
		};
		return {
			open: (socket) => {
				this.socket = socket;
				note("open");
				also.open?.(socket);
			},
			data: (socket, bytes) => {
				note(bytes.toString("latin1"));
				also.data?.(socket, bytes);
			},
			drain: (socket) => also.drain?.(socket),
			end: (socket) => {
				note("end");
				also.end?.(socket);
			},
			close: () => note("close"),
			handshake: (socket, ok, error) => {
				note(`handshake ${ok} ${error && "code" in error ? error.code : error}`);
				also.handshake?.(socket, ok, error);
			},
			error: () => {},
			connectError: () => {},
		};
	}

	/** Waits until it has heard this. */
	async hears(text: string): Promise<void> {
		while (!this.heard.join("").includes(text)) {
			await new Promise<void>((resolve) => {
				this.#waiting = resolve;
			});
		}
	}
}

test.each([
	["127.0.0.1", "127.0.0.1"],
	["::1", "::1"],
	["::", "127.0.0.1"],
])(
	"what listens on %s is reached at %s, and a side that has closed its stream still hears the other",
	async (on, at) => {
		const server = new Ear();
		const client = new Ear();
		const answer = server.handlers({
			end: (socket) => {
				socket.write("late answer");
				socket.end();
			},
		});
		const listener = listenTcp({ hostname: on, port: 0, allowHalfOpen: true, socket: answer });
		const socket = await connectTcp({ hostname: at, port: listener.port, socket: client.handlers() });
		expect(socket.remotePort).toBe(listener.port);
		expect(socket.write("question")).toBe(8);
		await server.hears("question");
		expect(server.socket?.remotePort).toBe(socket.localPort);
		socket.shutdown();
		await client.hears("late answer");
		await client.hears("close");
		await server.hears("close");
		expect(server.heard[0]).toBe("open");
		listener.stop(true);
	},
);

test("a connection comes from the address that it is told to", async () => {
	const server = new Ear();
	const listener = listenTcp({ hostname: "127.0.0.1", port: 0, socket: server.handlers() });
	const to = { hostname: "127.0.0.1", port: listener.port, socket: new Ear().handlers() };
	const socket = await connectTcp({ ...to, localAddress: "127.0.0.9" });
	await server.hears("open");
	expect(server.socket?.remoteAddress).toBe("127.0.0.9");
	socket.terminate();
	listener.stop(true);
});

test("what a socket does not take it takes later", async () => {
	const size = 8 << 20;
	let left = new Uint8Array(size);
	let arrived = 0;
	const all = Promise.withResolvers<void>();
	const feed = (socket: TcpSocket): void => {
		while (left.length > 0) {
			const taken = socket.write(left.subarray(0, 1 << 16));
			if (taken <= 0) return;
			left = left.subarray(taken);
		}
	};
	const receive = {
		data: (_socket: TcpSocket, bytes: Buffer) => {
			arrived += bytes.length;
			if (arrived === size) all.resolve();
		},
	};
	const listener = listenTcp({ hostname: "127.0.0.1", port: 0, socket: receive });
	const socket = { open: feed, drain: feed, data: () => {} };
	const sender = await connectTcp({ hostname: "127.0.0.1", port: listener.port, socket });
	await all.promise;
	expect(arrived).toBe(size);
	sender.terminate();
	expect(sender.write("x")).toBeLessThanOrEqual(0);
	listener.stop(true);
});

test("a port that is taken, and one where nobody listens, are errors of the system", async () => {
	const listener = listenTcp({ hostname: "127.0.0.1", port: 0, socket: { data: () => {} } });
	const { port } = listener;
	const again = { hostname: "127.0.0.1", port, socket: { data: () => {} } };
	expect(() => listenTcp(again)).toThrow(expect.objectContaining({ code: "EADDRINUSE" }));
	listener.stop(true);
	const refused = await connectTcp({ ...again, socket: new Ear().handlers() }).catch(
		(error: unknown) => error,
	);
	expect(refused).toMatchObject({ code: "ECONNREFUSED" });
	// It is free again at once.
	listenTcp(again).stop(true);
});

test("TLS tells whose certificate it is and whether it is known, before anything is sent", async () => {
	const { certificate, key } = makeSelfSigned(["localhost"], Date.now());
	for (const [authorities, verdict] of [
		[[certificate], /^handshake true null$/],
		[
			[makeSelfSigned(["other"], Date.now()).certificate],
			/^handshake true (DEPTH_ZERO_SELF_SIGNED_CERT|UNABLE_TO_VERIFY_LEAF_SIGNATURE)$/,
		],
	] as const) {
		const server = new Ear();
		const client = new Ear();
		const answer = server.handlers({ data: (socket) => void socket.write("answer") });
		const listener = listenTcp({
			hostname: "127.0.0.1",
			port: 0,
			tls: { cert: certificate, key },
			socket: answer,
		});
		const ask = client.handlers({ handshake: (socket) => void socket.write("question") });
		const tls = { authorities, serverName: "localhost" };
		const socket = await connectTcp({ hostname: "127.0.0.1", port: listener.port, tls, socket: ask });
		await client.hears("answer");
		expect(client.heard).toEqual(["open", expect.stringMatching(verdict), "answer"]);
		expect(server.heard.slice(0, 3)).toEqual(["open", expect.stringContaining("handshake true"), "question"]);
		expect(socket.getPeerX509Certificate()?.subjectAltName).toBe("DNS:localhost");
		socket.end();
		await server.hears("close");
		listener.stop(true);
	}
});
