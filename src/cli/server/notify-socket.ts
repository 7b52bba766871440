import { openCLibrary } from "#runtime";

/** The service manager's socket cannot be used; the message says which one and why. */
export class NotifySocketError extends Error {
	override readonly name = "NotifySocketError";
}

/** Numbers of Linux, the same on amd64 and arm64. */
const AF_UNIX = 1;
const SOCK_DGRAM_CLOEXEC = 0o2000002;
const MSG_DONTWAIT_NOSIGNAL = 0x4040;

/** Octets of a path in sockaddr_un, with the NUL at its end. */
const MAX_PATH = 108;

const FUNCTIONS = {
	socket: { args: ["i32", "i32", "i32"], returns: "i32" },
	sendto: {
		args: ["i32", "bytes", "u64", "i32", "bytes", "u32"],
		returns: "i64",
	},
	close: { args: ["i32"], returns: "i32" },
} as const;

/**
 * The datagram socket on which systemd hears of a service (sd_notify(3)). The runtime has no datagram sockets of
 * the AF_UNIX family, so that the C library is asked for one.
 */
export class NotifySocket {
	readonly #library: ReturnType<typeof openLibrary>;
	readonly #address: Uint8Array;
	readonly #descriptor: number;

	/**
	 * @param name the value of NOTIFY_SOCKET: a path, or `@` and an abstract name.
	 * @throws {NotifySocketError} when the name is neither, or there can be no socket.
	 */
	constructor(name: string) {
		this.#address = socketAddress(name);
		this.#library = openLibrary();
		this.#descriptor = this.#library.symbols.socket(AF_UNIX, SOCK_DGRAM_CLOEXEC, 0);
		if (this.#descriptor < 0) throw new NotifySocketError(`NOTIFY_SOCKET = ${name}: cannot create a socket`);
	}

	/** Sends one datagram, without waiting. @returns false when nobody takes it. */
	send(text: string): boolean {
		const bytes = new TextEncoder().encode(text);
		const sent = this.#library.symbols.sendto(
			this.#descriptor,
			bytes,
			BigInt(bytes.length),
			MSG_DONTWAIT_NOSIGNAL,
			this.#address,
			this.#address.length,
		);
		return Number(sent) === bytes.length;
	}

	/** Closes the socket; nothing can be sent afterwards. */
	close(): void {
		this.#library.symbols.close(this.#descriptor);
		this.#library.close();
	}
}

/**
 * A sockaddr_un (unix(7)): the family in the machine's byte order, and the path; a NUL stands before an
 * abstract name, and its length is counted instead of being marked by a NUL.
 *
 * @throws {NotifySocketError}
 */
export function socketAddress(name: string): Uint8Array {
	const abstract = name.startsWith("@");
	const path = new TextEncoder().encode(name);
	if (!abstract && !name.startsWith("/"))
		throw new NotifySocketError(`NOTIFY_SOCKET = ${name}: expected a path or an abstract name after @`);
	if (path.length < 2 || path.length >= MAX_PATH)
		throw new NotifySocketError(`NOTIFY_SOCKET = ${name}: expected 2 to ${MAX_PATH - 1} octets`);
	const address = new Uint8Array(2 + path.length + (abstract ? 0 : 1));
	new Uint16Array(address.buffer, 0, 1)[0] = AF_UNIX;
	address.set(path, 2);
	if (abstract) address[2] = 0;
	return address;
}

function openLibrary() {
	try {
		return openCLibrary(FUNCTIONS);
	} catch (error) {
		throw new NotifySocketError("cannot open the C library", { cause: error });
	}
}
