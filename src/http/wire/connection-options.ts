import type { Turns } from "../../net/fair-turns.ts";
import type { Sink } from "../../net/output-queue.ts";
import type { Clock } from "../../time/clock.ts";
import type { RequestHead } from "./head.ts";

/** What a connection needs of its socket. */
export interface HttpSocket extends Sink {
	/** Takes no more bytes from the client until `resume`. */
	pause(): void;
	resume(): void;
	/** Tells the client that no more comes; what was written before still arrives. */
	shutdown(): void;
	/** Closes both directions; what was written before still arrives. */
	end(): void;
	/** Drops the connection at once. */
	terminate(): void;
}

export interface HttpConnectionOptions {
	readonly socket: HttpSocket;
	/** Address of the client. */
	readonly peer: string;
	/** Name of the server for a request that names none: its address and port. */
	readonly localHost: string;
	/** Most octets of a body that `answer` reads as it comes; undefined for one that is read whole before it. */
	readonly uploadLimit?: ((head: RequestHead) => number | undefined) | undefined;
	/** Answers a request. */
	readonly answer: (request: Request) => Response | Promise<Response>;
	/** Told of each answer that did not come from `answer`. */
	readonly answered: (status: number) => void;
	/** When requests are read: one per turn. */
	readonly turns: Turns;
	readonly clock: Clock;
}
