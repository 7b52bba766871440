import { connectRedis } from "#runtime";
import type { Logger } from "../log/logger.ts";
import { type EnginePlace, placeName } from "../net/cluster-url.ts";
import type { RedisConnection } from "../runtime/redis.ts";
import type { Clock } from "../time/clock.ts";
import { pause } from "../time/pause.ts";

/** How long a command or a connection may take, in milliseconds. */
const COMMAND_TIMEOUT = 1000;
/** How long an answer may still take once that time is over, in milliseconds. */
const BUSY_GRACE = 50;
/** How long the reader waits for news, and how much longer its answer may take, in milliseconds. */
export const READ_WAIT = 1000;
/** How long until a lost connection is tried again, in milliseconds. */
const CONNECT_AGAIN = 500;

export interface EngineOptions {
	readonly places: readonly EnginePlace[];
	readonly clock: Clock;
	readonly log: Logger;
	/** Opens a connection; by the runtime's client by default. */
	readonly connect?: typeof connectRedis;
}

/** What happens on connections to the engine. */
export interface EngineListener {
	/** There is a connection to a server that can be written to. */
	connected(): void;
	lost(): void;
}

/** The engine is not there, or does not answer. */
export class EngineError extends Error {
	override readonly name = "EngineError";
}

/** One connection for commands and one for the reader that waits, to the first place that has a master. */
interface Link {
	readonly commands: RedisConnection;
	readonly reader: RedisConnection;
	readonly lost: PromiseWithResolvers<void>;
}

/**
 * The connection to Redis. Every command has a time-out, none waits for a connection; one that fails for whatever
 * reason ends the connection, and it is opened again.
 */
export class Engine {
	readonly #options: EngineOptions;
	readonly #listener: EngineListener;
	readonly #connect: typeof connectRedis;
	#link: Link | undefined;
	#stopped = false;
	#trouble = "";
	/** Told how long each command took, in seconds. */
	took: ((seconds: number) => void) | undefined;
	/** Since when there is a connection, by the clock. */
	since = 0;

	constructor(options: EngineOptions, listener: EngineListener) {
		this.#options = options;
		this.#listener = listener;
		this.#connect = options.connect ?? connectRedis;
	}

	/** Whether there is a connection. */
	get seen(): boolean {
		return this.#link !== undefined;
	}

	/** Why there is none; empty while there is. */
	get trouble(): string {
		return this.#trouble;
	}

	/** Connects, and again whenever the connection is lost. */
	async run(): Promise<void> {
		const { clock, log } = this.#options;
		while (!this.#stopped) {
			const link = await this.#open();
			if (link && this.#stopped) close(link);
			else if (link) {
				log.info("the cluster is seen");
				this.#trouble = "";
				this.#link = link;
				this.since = clock.now();
				this.#listener.connected();
				await link.lost.promise;
			}
			if (!this.#stopped) await pause(clock, CONNECT_AGAIN);
		}
	}

	/** Sends a command. @throws {EngineError} after a second at the latest. */
	async send(command: string, args: readonly string[]): Promise<unknown> {
		const { clock } = this.#options;
		const begun = clock.now();
		const answer = await this.#ask("commands", command, args, COMMAND_TIMEOUT);
		this.took?.((clock.now() - begun) / 1000);
		return answer;
	}

	/** Waits for a command that may block for {@link READ_WAIT}. @throws {EngineError} */
	read(command: string, args: readonly string[]): Promise<unknown> {
		return this.#ask("reader", command, args, READ_WAIT + COMMAND_TIMEOUT);
	}

	stop(): void {
		this.#stopped = true;
		if (this.#link) this.#lose(this.#link);
	}

	async #ask(
		of: "commands" | "reader",
		command: string,
		args: readonly string[],
		limit: number,
	): Promise<unknown> {
		const link = this.#link;
		if (!link) throw new EngineError("the cluster is not seen");
		try {
			return await this.#within(link[of].send(command, args), limit);
		} catch (error) {
			this.#say(error);
			this.#lose(link);
			throw new EngineError(this.#trouble, { cause: error });
		}
	}

	#lose(link: Link): void {
		if (this.#link !== link) return;
		this.#link = undefined;
		close(link);
		link.lost.resolve();
		this.#listener.lost();
	}

	async #open(): Promise<Link | undefined> {
		for (const place of this.#options.places) {
			const opened: RedisConnection[] = [];
			const open = async (url: string): Promise<RedisConnection> => {
				const opening = this.#connect(url, COMMAND_TIMEOUT);
				const connection = await this.#within(opening, COMMAND_TIMEOUT).catch((error) => {
					// It may still open when nobody waits for it any more.
					opening.then((late) => late.close()).catch(() => {});
					throw error;
				});
				opened.push(connection);
				return connection;
			};
			try {
				const url = place.kind === "server" ? place.url : await this.#askSentinel(place, open);
				const commands = await open(url);
				const role = await this.#within(commands.send("ROLE", []), COMMAND_TIMEOUT);
				if (!Array.isArray(role) || String(role[0]) !== "master")
					throw new EngineError("it is a replica, and not the master");
				return { commands, reader: await open(url), lost: Promise.withResolvers<void>() };
			} catch (error) {
				for (const connection of opened) connection.close();
				this.#say(error, placeName(place));
			}
		}
		return undefined;
	}

	async #askSentinel(
		{ url, master, userInfo, path }: Extract<EnginePlace, { kind: "sentinel" }>,
		open: (url: string) => Promise<RedisConnection>,
	): Promise<string> {
		const sentinel = await open(url);
		const asked = sentinel.send("SENTINEL", ["get-master-addr-by-name", master]);
		const answer = await this.#within(asked, COMMAND_TIMEOUT);
		if (!Array.isArray(answer)) throw new EngineError(`the sentinel knows no master ${master}`);
		const [host, port] = answer.map(String);
		sentinel.close();
		return `redis://${userInfo}${host?.includes(":") ? `[${host}]` : host}:${port}${path}`;
	}

	async #within<Value>(work: Promise<Value>, limit: number): Promise<Value> {
		const late = Promise.withResolvers<never>();
		const { clock } = this.#options;
		const giveUp = (): void => late.reject(new EngineError(`no answer within ${limit} ms`));
		// In a process that was busy the answer may be there, and is read before another timer.
		let stop = clock.after(limit, () => {
			stop = clock.after(BUSY_GRACE, giveUp);
		});
		try {
			return await Promise.race([work, late.promise]);
		} finally {
			stop();
		}
	}

	#say(error: unknown, where = ""): void {
		if (this.#stopped) return;
		const text = `${where === "" ? "" : `${where}: `}${error instanceof Error ? error.message : error}`;
		if (this.#trouble !== text) this.#options.log.warning(`the cluster is not seen, calls go on: ${text}`);
		this.#trouble = text;
	}
}

function close({ commands, reader }: Link): void {
	commands.close();
	reader.close();
}
