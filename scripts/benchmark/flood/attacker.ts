/**
 * Floods one port from 127.0.0.2 until it is ended, then prints how many messages it sent. A process of its own, so that
 * it takes no time from those who measure: `bun attacker.ts KIND PORT`.
 */
import type { Socket } from "bun";
import { type FloodKind, floodMessages } from "./messages.ts";

const TARGET = "127.0.0.1";
/** Another address than that of the phones and clients that are measured. */
const SOURCE = "127.0.0.2";
/** Datagrams in each burst, and milliseconds between bursts: 5,000 a second. */
const BURST = 50;
const BURST_MS = 10;
const CONNECTIONS = 8;

let sent = 0;
const [kind = "", port = ""] = process.argv.slice(2);
const messages = floodMessages(kind as FloodKind);

if (kind === "sip-udp") await floodDatagrams(Number(port));
else for (let connection = 0; connection < CONNECTIONS; connection++) void floodStream(Number(port));

process.on("SIGTERM", () => {
	console.log(sent);
	process.exit(0);
});

async function floodDatagrams(target: number): Promise<void> {
	const socket = await Bun.udpSocket({
		hostname: SOURCE,
		port: 0,
		socket: { data: () => {}, error: () => {} },
	});
	setInterval(() => {
		for (let datagram = 0; datagram < BURST; datagram++) {
			try {
				if (socket.send(messages(sent, socket.port), target, TARGET)) sent++;
			} catch {
				// An error that belongs to an earlier datagram.
			}
		}
	}, BURST_MS);
}

/** Sends without a pause, as fast as the other side reads; begins again when it is cut off. */
async function floodStream(target: number): Promise<void> {
	let rest: Uint8Array = new Uint8Array(0);
	const write = (socket: Socket): void => {
		for (let message = 0; message < BURST; message++) {
			if (rest.length === 0) {
				rest = Buffer.from(messages(sent, socket.localPort));
				sent++;
			}
			const written = socket.write(rest);
			if (written < 0) return;
			rest = rest.subarray(written);
			if (rest.length > 0) return;
		}
		// The answers have to be read, too.
		setTimeout(write, 0, socket);
	};
	for (;;) {
		const { promise, resolve } = Promise.withResolvers<void>();
		rest = new Uint8Array(0);
		const from = { localAddress: SOURCE };
		await Bun.connect({
			hostname: TARGET,
			port: target,
			...from,
			socket: {
				open: write,
				drain: write,
				data: () => {},
				error: () => {},
				close: () => resolve(),
				connectError: () => resolve(),
			},
		}).catch(() => resolve());
		await promise;
		await Bun.sleep(BURST_MS);
	}
}
