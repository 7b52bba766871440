import { RedisServer } from "../../test/support/redis-server.ts";
import type { BarRecord } from "./report.ts";
import { ServerProcess } from "./server-process.ts";
import { compareServers } from "./side-by-side.ts";

/**
 * What it costs to be one of two boxes: CPU of a call in a box that another one watches, by that of a box alone, in two
 * servers side by side. The box that watches has no calls.
 */
export async function measureCluster(executable: string, quick: boolean): Promise<BarRecord[]> {
	const redis = await RedisServer.start();
	try {
		const inCluster = { ClusterUrl: redis.url, NodeAddress: "127.0.0.1" };
		const watcher = await ServerProcess.start({
			command: [executable],
			settings: { ...inCluster, NodeName: "watcher" },
		});
		try {
			return await compareServers({
				executable,
				quick,
				settings: { ...inCluster, NodeName: "measured" },
				against: {},
				what: "one of two boxes / alone",
				atMost: 1.15,
				helper: { name: "the box that watches", pids: watcher.pids },
			});
		} finally {
			await watcher.stop();
		}
	} finally {
		await redis.stop();
	}
}
