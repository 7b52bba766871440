import { dlopen, ptr } from "bun:ffi";
import type { udp } from "bun";

const SOL_SOCKET = 1;
const SO_RCVBUF = 8;
const WANTED_BYTES = 4 << 20;

type SetOption = (
	socket: number,
	level: number,
	name: number,
	value: ReturnType<typeof ptr>,
	size: number,
) => number;

let setOption: SetOption | undefined;
let tried = false;

/**
 * Raises the receive buffer of a UDP socket to 4 MiB, as far as the system allows: the default
 * holds 92 datagrams, and bursts are lost. Does nothing where the C library is not glibc on Linux.
 */
export function raiseReceiveBuffer(socket: udp.Socket<"buffer">): void {
	const descriptor: unknown = Reflect.get(socket, "fd");
	if (typeof descriptor !== "number" || process.platform !== "linux") return;
	if (!tried) setOption = loadSetOption();
	tried = true;
	setOption?.(descriptor, SOL_SOCKET, SO_RCVBUF, ptr(new Int32Array([WANTED_BYTES])), 4);
}

function loadSetOption(): SetOption | undefined {
	try {
		const { symbols } = dlopen("libc.so.6", {
			setsockopt: { args: ["i32", "i32", "i32", "ptr", "u32"], returns: "i32" },
		});
		return symbols.setsockopt;
	} catch {
		return undefined;
	}
}
