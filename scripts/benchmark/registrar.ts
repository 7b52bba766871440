import { responseText } from "./phone-text.ts";
import { readSip } from "./sip-text.ts";

/** A small registrar over UDP: takes every binding, for as long as it says, and asks for no password. */
export class Registrar {
	/** How many REGISTERs it took. */
	registrations = 0;
	readonly #expires: number;
	#socket: Bun.udp.Socket<"buffer"> | undefined;

	private constructor(expires: number) {
		this.#expires = expires;
	}

	/** @param expires seconds for which a binding is granted. */
	static async start(host: string, expires: number): Promise<Registrar> {
		const registrar = new Registrar(expires);
		registrar.#socket = await Bun.udpSocket({
			hostname: host,
			port: 0,
			binaryType: "buffer",
			socket: {
				data: (_socket, bytes, port, from) => registrar.#receive(bytes.toString("latin1"), port, from),
				error: () => {},
			},
		});
		return registrar;
	}

	get port(): number {
		return this.#socket?.port ?? 0;
	}

	stop(): void {
		this.#socket?.close();
	}

	#receive(text: string, port: number, host: string): void {
		const request = readSip(text);
		if (!request || request.status > 0) return;
		const known = request.method === "REGISTER";
		if (known) this.registrations += 1;
		const lines = known ? `Contact: <${request.contact}>;expires=${this.#expires}\r\n` : "";
		const status = known ? "200 OK" : "501 Not Implemented";
		const answer = responseText(request, `${request.to};tag=r`, { host, port }, status, lines, "");
		this.#socket?.send(answer, port, host);
	}
}
