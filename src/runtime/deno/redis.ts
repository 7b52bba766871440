import type { RedisConnection } from "../redis.ts";

/** There is no client in this runtime. */
export function connectRedis(_url: string, _patience: number): Promise<RedisConnection> {
	return Promise.reject(
		new Error("ClusterUrl needs the executable: there is no Redis client in this runtime"),
	);
}
