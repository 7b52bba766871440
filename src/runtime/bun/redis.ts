import { RedisClient } from "bun";
import type { RedisConnection } from "../redis.ts";

/** The longest refusal of a server that is read, in characters. */
const LONGEST_REFUSAL = 200;

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
		throw (await refusalOf(url, patience)) ?? error;
	}
	return {
		send: (command, args) => client.send(command, [...args]),
		close: () => client.close(),
	};
}

/**
 * Why a server refuses a connection, in its own words: the client keeps those to itself and says only that the
 * connection was closed.
 *
 * @returns undefined if it does not.
 */
async function refusalOf(url: string, patience: number): Promise<Error | undefined> {
	const { hostname, port, username, password, protocol } = new URL(url);
	const words = password === "" ? ["PING"] : ["AUTH", ...(username === "" ? [] : [username]), password];
	const parts = words.map(decodeURIComponent).map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`);
	const said = Promise.withResolvers<string>();
	const late = setTimeout(() => said.resolve(""), patience);
	let text = "";
	try {
		const socket = await Bun.connect({
			hostname: hostname.replace(/^\[|\]$/g, ""),
			port: Number(port || 6379),
			tls: protocol === "rediss:",
			socket: {
				data: (_socket, bytes) => {
					text += bytes.toString();
					if (text.includes("\n") || text.length > LONGEST_REFUSAL) said.resolve(text);
				},
				close: () => said.resolve(""),
				error: () => said.resolve(""),
			},
		});
		socket.write(`*${parts.length}\r\n${parts.join("")}`);
		const [, refusal] = /^-([^\r\n]*)/.exec(await said.promise) ?? [];
		socket.end();
		return refusal === undefined ? undefined : new Error(refusal.slice(0, LONGEST_REFUSAL));
	} catch {
		return undefined;
	} finally {
		clearTimeout(late);
	}
}
