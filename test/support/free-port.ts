import { createServer } from "node:net";

/**
 * Port numbers that nothing listens on now, on any address, all different.
 *
 * @param count how many.
 */
export async function freePorts(count: number): Promise<number[]> {
	const servers = Array.from({ length: count }, () => createServer());
	const ports = await Promise.all(
		servers.map(
			(server) =>
				new Promise<number>((resolve, reject) => {
					server.once("error", reject);
					server.listen(0, () => {
						const address = server.address();
						resolve(typeof address === "object" && address ? address.port : 0);
					});
				}),
		),
	);
	await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
	return ports;
}
