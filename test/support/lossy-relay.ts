import type { udp } from "bun";
import type { HostPort } from "../../src/simulator/addresses.ts";
import { SimulatedPhone } from "../../src/simulator/phone.ts";
import type { PhoneOptions } from "../../src/simulator/phone-options.ts";

/** How bad the link is. */
export interface LinkOptions {
	/** Share of datagrams that is dropped in each direction, 0 to 1. */
	readonly loss: number;
	/** The same seed drops the same datagrams of the same order. */
	readonly seed: number;
	readonly address?: string;
}

/** The socket that stands for one peer on the phone's side. */
interface Side {
	readonly peer: HostPort;
	readonly socket: udp.Socket<"buffer">;
}

/**
 * A lossy UDP link in front of one phone. It rewrites nothing, as a link would not:
 *
 *     server ──▶ front ──▶ (side of that server) ──▶ phone
 *     server ◀── front ◀── (side of that server) ◀── phone
 *
 * The front is the phone's address for everybody else: the phone writes it into Via, Contact and
 * SDP (`advertise`), so that requests in a dialog come through the link too. For each peer that
 * sends to the front there is a side, a socket that stands for this peer on the phone's side:
 * the phone sees datagrams come from it, and its responses go back there by `rport` (RFC 3581).
 * Requests that the phone itself sends to a peer take the same side (`nextHop`), so that the
 * peer sees them come from the front. Only peers opened by `open` are reached so; to others the
 * phone sends directly, through their own link if they have one.
 */
export class LossyRelay {
	/** What the world takes for the phone. */
	readonly front: HostPort;
	/** Datagrams that went through and that were dropped. */
	readonly counters = { passed: 0, dropped: 0 };
	readonly #loss: number;
	readonly #address: string;
	readonly #front: udp.Socket<"buffer">;
	readonly #sides = new Map<string, Promise<Side>>();
	readonly #opened = new Map<string, HostPort>();
	#phonePort = 0;
	#random: number;

	private constructor(front: udp.Socket<"buffer">, address: string, { loss, seed }: LinkOptions) {
		this.#front = front;
		this.#address = address;
		this.#loss = loss;
		this.#random = seed >>> 0;
		this.front = { address, port: front.port };
	}

	/** Opens the front; `attach` has to follow before anything comes. */
	static async start(options: LinkOptions): Promise<LossyRelay> {
		const address = options.address ?? "127.0.0.1";
		let relay: LossyRelay | undefined;
		const front = await Bun.udpSocket({
			hostname: address,
			port: 0,
			binaryType: "buffer",
			socket: {
				data: (_socket, bytes, port, from) => relay?.onFront(bytes, { address: from, port }),
				error() {},
			},
		});
		relay = new LossyRelay(front, address, options);
		return relay;
	}

	/** Names the phone behind the link. */
	attach(port: number): void {
		this.#phonePort = port;
	}

	/** Lets the phone's own requests to this peer take the link. */
	async open(peer: HostPort): Promise<void> {
		await this.#sideOf(peer);
	}

	/** For `PhoneOptions.nextHop`. */
	readonly nextHop = (target: HostPort): HostPort => this.#opened.get(keyOf(target)) ?? target;

	/** A datagram for the phone. */
	onFront(bytes: Buffer, from: HostPort): void {
		if (this.#drops()) return;
		const copy = Buffer.from(bytes);
		const forward = ({ socket }: Side) => send(socket, copy, this.#phonePort, this.#address);
		this.#sideOf(from).then(forward, () => {});
	}

	/** Closes all sockets. */
	async stop(): Promise<void> {
		this.#front.close();
		for (const side of await Promise.allSettled(this.#sides.values())) {
			if (side.status === "fulfilled") side.value.socket.close();
		}
	}

	#sideOf(peer: HostPort): Promise<Side> {
		const key = keyOf(peer);
		let side = this.#sides.get(key);
		if (side === undefined) {
			side = this.#openSide(peer);
			this.#sides.set(key, side);
		}
		return side;
	}

	async #openSide(peer: HostPort): Promise<Side> {
		const socket = await Bun.udpSocket({
			hostname: this.#address,
			port: 0,
			binaryType: "buffer",
			socket: {
				data: (_socket, bytes) => {
					if (!this.#drops()) send(this.#front, bytes, peer.port, peer.address);
				},
				error() {},
			},
		});
		this.#opened.set(keyOf(peer), { address: this.#address, port: socket.port });
		return { peer, socket };
	}

	/** Linear congruential generator of Numerical Recipes: good enough to lose datagrams by. */
	#drops(): boolean {
		this.#random = (Math.imul(this.#random, 1664525) + 1013904223) >>> 0;
		const dropped = this.#random / 2 ** 32 < this.#loss;
		if (dropped) this.counters.dropped++;
		else this.counters.passed++;
		return dropped;
	}
}

function send(socket: udp.Socket<"buffer">, bytes: Buffer, port: number, address: string): void {
	try {
		socket.send(bytes, port, address);
	} catch {
		// An ICMP error of an earlier datagram: one more that is lost on this link.
	}
}

function keyOf({ address, port }: HostPort): string {
	return `${address} ${port}`;
}

/** A phone behind a lossy link. */
export interface LossyPhone {
	readonly phone: SimulatedPhone;
	readonly relay: LossyRelay;
	stop(): Promise<void>;
}

/**
 * Starts a phone behind a lossy link; `phone.uri` is the address of the link.
 * @param server where the server listens, so that the phone's requests to it take the link too.
 */
export async function startLossyPhone(
	link: LinkOptions,
	server: HostPort,
	options: Partial<PhoneOptions> = {},
): Promise<LossyPhone> {
	const relay = await LossyRelay.start(link);
	await relay.open(server);
	const phone = await SimulatedPhone.start({
		address: relay.front.address,
		port: 0,
		protocol: "UDP",
		...options,
		advertise: relay.front,
		nextHop: relay.nextHop,
	});
	relay.attach(phone.port);
	const stop = async () => {
		await phone.stop();
		await relay.stop();
	};
	return { phone, relay, stop };
}
