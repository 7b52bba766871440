import { dlopen, FFIType, ptr } from "bun:ffi";
import { socketAddress } from "../../src/cli/server/notify-socket.ts";

const AF_UNIX = 1;
const SOCK_DGRAM = 2;
const MSG_DONTWAIT = 0x40;

const { symbols: libc } = dlopen("libc.so.6", {
	socket: { args: [FFIType.i32, FFIType.i32, FFIType.i32], returns: FFIType.i32 },
	bind: { args: [FFIType.i32, FFIType.ptr, FFIType.u32], returns: FFIType.i32 },
	recv: { args: [FFIType.i32, FFIType.ptr, FFIType.u64, FFIType.i32], returns: FFIType.i64 },
	close: { args: [FFIType.i32], returns: FFIType.i32 },
});

/** systemd's end of NOTIFY_SOCKET. */
export class NotifyReceiver {
	/** Every datagram so far. */
	readonly heard: string[] = [];
	readonly #descriptor: number;

	/** @param name a path or `@` and an abstract name. */
	constructor(name: string) {
		const address = socketAddress(name);
		this.#descriptor = libc.socket(AF_UNIX, SOCK_DGRAM, 0);
		if (libc.bind(this.#descriptor, ptr(address), address.length) !== 0) {
			throw new Error(`${name}: the socket cannot be bound`);
		}
	}

	/** Takes what has come so far. */
	receive(): readonly string[] {
		const buffer = new Uint8Array(4096);
		for (;;) {
			const length = Number(libc.recv(this.#descriptor, ptr(buffer), BigInt(buffer.length), MSG_DONTWAIT));
			if (length < 0) return this.heard;
			this.heard.push(new TextDecoder().decode(buffer.subarray(0, length)));
		}
	}

	/** Resolves with the first datagram, from number `from` on, in which there is this line. */
	async hears(line: string, from = 0): Promise<string> {
		for (;;) {
			const found = this.receive().find((text, index) => index >= from && text.split("\n").includes(line));
			if (found !== undefined) return found;
			await Bun.sleep(20);
		}
	}

	close(): void {
		libc.close(this.#descriptor);
	}
}
