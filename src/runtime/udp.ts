/** A datagram socket. */
export interface UdpSocket {
	readonly port: number;
	readonly closed: boolean;
	/**
	 * Sends one datagram.
	 *
	 * @returns false when the system's buffer is full, and the datagram is lost.
	 * @throws {Error} the system's, with a `code`.
	 */
	send(bytes: string | Uint8Array, port: number, address: string): boolean;
	close(): void;
}

/** How to open a datagram socket. */
export interface UdpOptions {
	/** IP address; `::` also accepts IPv4. */
	readonly hostname: string;
	/** 0 for any free one. */
	readonly port: number;
	readonly socket: {
		/** @param flags whether it was longer than what is given here. */
		data(
			socket: UdpSocket,
			bytes: Buffer,
			port: number,
			address: string,
			flags: { readonly truncated: boolean },
		): void;
		/** Such as an ICMP error; the error is among the arguments. */
		error(...details: unknown[]): void;
	};
}
