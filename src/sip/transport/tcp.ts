import { connectTcp, listenTcp } from "#runtime";
import type { StreamOpener } from "./stream-transport.ts";

/** Plain TCP: a connection can be used as soon as it is open. */
export const tcpOpener: StreamOpener = {
	protocol: "TCP",
	listen: (hostname, port, handlers, limit) =>
		listenTcp({ hostname, port, socket: limit(handlers), data: {} }),
	// PBXs and firewalls that know us by the address in IPAddress would not recognize another address of the same machine.
	connect: ({ address, port }, data, handlers, from) =>
		connectTcp({ hostname: address, port, socket: handlers, data, localAddress: from }),
};
