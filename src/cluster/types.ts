import type { CallService } from "../call/call-service.ts";
import type { Logger } from "../log/logger.ts";
import type { EnginePlace } from "../net/cluster-url.ts";
import type { Clock } from "../time/clock.ts";
import type { WallClock } from "../time/wall-clock.ts";
import type { EngineOptions } from "./engine.ts";
import type { BoxSeen } from "./messages.ts";

export interface ClusterOptions {
	readonly places: readonly EnginePlace[];
	/** Whose calls they are: ClickToCallIdentity. */
	readonly identity: string;
	readonly box: string;
	/** How phones reach it. */
	readonly address: string;
	/** Whether a box takes calls over only when it has the address of the one that is gone. */
	readonly takeOver: "address" | "refresh";
	/** Most calls of all boxes together; 0 for no limit. */
	readonly maxCallsTotal: number;
	readonly clock: Clock;
	readonly wall: WallClock;
	readonly log: Logger;
	/** The engine's client; the runtime's by default. */
	readonly connect?: EngineOptions["connect"];
	/** Whether this machine has an address. */
	readonly hasAddress?: (address: string) => boolean;
}

/** What calls need here. */
export type ClusterCalls = Pick<
	CallService,
	| "record"
	| "restore"
	| "watchRecords"
	| "probe"
	| "letGo"
	| "hangUpHere"
	| "restoration"
	| "open"
	| "elsewhere"
	| "openElsewhere"
	| "askOthers"
>;

/** The state of the cluster as this box sees it. */
export interface ClusterFigures {
	/** Since when it is not seen, in milliseconds since 1970; undefined while it is. */
	readonly lostSince: number | undefined;
	/** Why it is not. */
	readonly trouble: string;
	readonly boxes: readonly BoxSeen[];
	/** How often calls of another box were taken over, and how often others did that to this box. */
	readonly takeOvers: number;
	readonly fenced: number;
	/** The box that registers for all; undefined when each does, or it is not known. */
	readonly registrar: string | undefined;
	/** In seconds. */
	readonly lag: number;
	/** How old the last event of another box was when it was heard, by the clocks of both. */
	readonly heardLag: number;
}

/** Hears of answers to requests with an Idempotency-Key that another box got. */
export type KeyListener = (key: string, request: string, answer: unknown) => void;
