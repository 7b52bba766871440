import type { StreamOpener } from "./stream-transport.ts";

/** Plain TCP: a connection can be used as soon as it is open. */
export const tcpOpener: StreamOpener = {
	protocol: "TCP",
	listen: (hostname, port, handlers) => Bun.listen({ hostname, port, socket: handlers, data: {} }),
	connect: ({ address, port }, data, handlers) =>
		Bun.connect({ hostname: address, port, socket: handlers, data }),
};
