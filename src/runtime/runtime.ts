import type { CFunctions, CLibrary } from "./c-library.ts";
import type { HttpRequest } from "./http.ts";
import type { RedisConnection } from "./redis.ts";
import type { Database, DatabaseMode } from "./sqlite.ts";
import type { ConnectOptions, ListenOptions, TcpListener, TcpSocket } from "./tcp.ts";
import type { UdpOptions, UdpSocket } from "./udp.ts";

/**
 * What the program needs of a runtime, beyond JavaScript and the modules of `node:`. `#runtime` is one of them: the
 * import map, in `package.json` and `deno.json`, says which. Each gives its own sockets and databases out as they are,
 * as far as they do what is said here: nothing stands between a datagram and its reader.
 */
export interface Runtime {
	/** Listens for TCP or TLS connections, which stay open until a side closes them. @throws {Error} the system's. */
	listenTcp<Data>(options: ListenOptions<Data>): TcpListener;
	/** Opens a TCP or TLS connection, which stays open until a side closes it. Rejects with the system's error. */
	connectTcp<Data>(options: ConnectOptions<Data>): Promise<TcpSocket<Data>>;
	/** Sends an HTTP request, and follows no redirection: nobody else may get what is sent. */
	requestHttp(url: string, request: HttpRequest): Promise<Response>;
	/** Opens a datagram socket. Rejects with the system's error. */
	openUdp(options: UdpOptions): Promise<UdpSocket>;
	/** @param wanted bytes. @returns the usable bytes that the buffer has now, undefined if unknown. */
	enlargeReceiveBuffer(socket: UdpSocket, wanted: number): number | undefined;
	/** Our address on the way to a peer, by the routing table. @throws {Error} when there is no route. */
	sourceAddress(peer: string): string;
	/** Opens a database. @throws {Error} whose `code` begins with SQLITE_. */
	openDatabase(path: string, mode: DatabaseMode): Database;
	/**
	 * Opens a connection to a Redis or Valkey server, and authenticates. Rejects when it takes too long, too.
	 *
	 * @param url redis: or rediss:, with password and number of the database, if any.
	 * @param patience milliseconds.
	 */
	connectRedis(url: string, patience: number): Promise<RedisConnection>;
	/** The name of SQLite's result code, such as SQLITE_FULL; undefined for errors that are not SQLite's. */
	sqliteCode(error: unknown): string | undefined;
	/** Opens the C library of Linux. @throws {Error} when there is none, or when it lacks one of these functions. */
	openCLibrary<const Functions extends CFunctions>(functions: Functions): CLibrary<Functions>;
	/** Where an array lies in memory, for pointers within structures of C; keep it as long as they are used. */
	addressOf(bytes: Uint8Array<ArrayBuffer> | BigUint64Array<ArrayBuffer>, offset?: number): bigint;
	/** A file as memory: what is written there is in the file, and the other way round. Undefined if there can be none. */
	mapFile(path: string): Uint8Array<ArrayBuffer> | undefined;
	/** Variables of the environment that the server's engine should have had at its start. @param memory in bytes. */
	engineOptions(memory: number): Readonly<Record<string, string>>;
	/** Variables of the environment that turn the compiled program into another one. */
	readonly TRICKS: readonly string[];
	/** Whether this is the compiled program, other than a script that the runtime's own program runs. */
	isExecutable(): boolean;
	/** Collects garbage; takes some hundredths of a second, in which nothing else happens. */
	collectGarbage(): void;
	/** Collects garbage and, with little memory, drops what can be made again: compiled code. @param memory in bytes. */
	shrinkMemory(memory: number): void;
	/** How many columns a text takes on a terminal. */
	textWidth(text: string): number;
	/** A hash for comparing texts within one run; not for secrets. */
	hashText(text: string): number | bigint;
}
