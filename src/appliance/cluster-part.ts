import type { Cluster } from "../cluster/cluster.ts";
import type { Settings } from "../config/settings.ts";
import type { Logger } from "../log/logger.ts";
import { readClusterUrl } from "../net/cluster-url.ts";
import type { Clock } from "../time/clock.ts";
import type { WallClock } from "../time/wall-clock.ts";

/** What the cluster needs besides the settings. */
export interface ClusterParts {
	readonly clock: Clock;
	readonly wall: WallClock;
	readonly log: Logger;
}

/** Creates the cluster's box according to the settings; a box alone loads nothing of it. */
export async function openCluster(settings: Settings, { clock, wall, log }: ClusterParts): Promise<Cluster> {
	const module = await import("../cluster/cluster.ts");
	return new module.Cluster({
		places: readClusterUrl(settings.clusterUrl) ?? [],
		identity: settings.clickToCallIdentity,
		box: settings.nodeName,
		address: settings.nodeAddress || settings.ipAddress,
		takeOver: settings.takeOver,
		maxCallsTotal: settings.maxCallsTotal,
		clock,
		wall,
		log: log.child({ part: "cluster" }),
	});
}
