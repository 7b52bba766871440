import { RedisClient } from "bun";
import type { RedisConnection } from "../redis.ts";

/**
 * Who uses it connects again by itself: the client gives up for good after a while, and sends commands on another
 * connection without saying so.
 */
export async function connectRedis(url: string, patience: number): Promise<RedisConnection> {
	const client = new RedisClient(url, {
		autoReconnect: false,
		enableOfflineQueue: false,
		connectionTimeout: patience,
	});
	try {
		await client.connect();
	} catch (error) {
		client.close();
		throw error;
	}
	return {
		send: (command, args) => client.send(command, [...args]),
		close: () => client.close(),
	};
}
