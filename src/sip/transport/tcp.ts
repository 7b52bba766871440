import { connectTcp, listenTcp } from "../../net/runtime-sockets.ts";
import type { StreamOpener } from "./stream-transport.ts";

/** Plain TCP: a connection can be used as soon as it is open. */
export const tcpOpener: StreamOpener = {
	protocol: "TCP",
	listen: (hostname, port, handlers, limit) =>
		listenTcp({ hostname, port, socket: limit(handlers), data: {} }),
	connect: ({ address, port }, data, handlers, from) =>
		connectTcp({ hostname: address, port, socket: handlers, data, ...comingFrom(from) }),
};

/**
 * The option of Bun.connect for our own address, which its types do not declare. PBXs and firewalls that know
 * us by the address in IPAddress would not recognize another address of the same machine.
 */
export function comingFrom(from: string | undefined): { readonly localAddress?: string } {
	return from === undefined ? {} : { localAddress: from };
}
