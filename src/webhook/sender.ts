import { type Linked, LinkedQueue } from "../linked-queue.ts";
import { LimitedLog } from "../log/limited-log.ts";
import type { Logger } from "../log/logger.ts";
import { Registry } from "../registry.ts";
import type { Clock } from "../time/clock.ts";
import type { WallClock } from "../time/wall-clock.ts";
import type { Envelope } from "./envelope.ts";
import type { Notice } from "./notice.ts";
import { faultOf, type Post } from "./post.ts";
import { judge, MAX_TRIES, pauseBefore, type Verdict } from "./retry.ts";

/** Posts at a time. */
export const MAX_IN_FLIGHT = 4;
/** Most events that wait; more are dropped. */
export const MAX_WAITING = 2000;
/** How long a receiver may take to answer, in milliseconds. */
export const ANSWER_TIME = 10_000;
/** Between two lines about the same trouble, in milliseconds. */
const LOG_INTERVAL = 60_000;

export interface WebhookSenderOptions {
	/** Its place in the settings, from 1. */
	readonly number: number;
	readonly envelope: Envelope;
	readonly post: Post;
	readonly clock: Clock;
	readonly wall: WallClock;
	/** A random number from 0 to 1. */
	readonly chance: () => number;
	readonly log: Logger;
	/**
	 * Told when an event is done with: it has arrived, or never will. With it, what is left when the server stops is for the
	 * next process; without it, that is given up.
	 */
	readonly done?: ((id: string) => void) | undefined;
}

/** What became of the events of a webhook. */
export interface DeliveryCounts {
	delivered: number;
	/** Refused by the receiver, or given up. */
	failed: number;
	/** Never tried: too many waited, or the receiver wants no more. */
	dropped: number;
	retries: number;
}

/** The events of one call, which are delivered one after the other. */
interface Lane extends Linked<Lane> {
	readonly key: string;
	readonly events: Notice[];
	/** Of the first event. */
	failures: number;
	/** Set while it waits for the next try. */
	stopTimer: (() => void) | undefined;
}

interface Outcome {
	readonly verdict: Verdict;
	/** What happened, for the log. */
	readonly reason: string;
	readonly retryAfter?: string | undefined;
}

/**
 * Posts events to one receiver: those of a call in order, those of different calls in parallel, each
 * until it has arrived, was refused, or was tried often enough. Nothing here runs on the path of calls but
 * `offer`, which only puts the event into a queue.
 */
export class WebhookSender {
	readonly counts: DeliveryCounts = { delivered: 0, failed: 0, dropped: 0, retries: 0 };
	readonly #options: WebhookSenderOptions;
	readonly #name: string;
	readonly #failures: LimitedLog;
	readonly #drops: LimitedLog;
	readonly #lanes = new Registry<Lane>();
	/** Lanes whose first event can be posted now. */
	#ready = new LinkedQueue<Lane>();
	readonly #inFlight = new Set<AbortController>();
	#waiting = 0;
	/** Events that wait for the next process. */
	#left = 0;
	#stopPump: (() => void) | undefined;
	/** No more tries: the server stops. */
	#closing = false;
	/** The receiver wants no more, or everything was given up. */
	#ended = false;
	readonly #idle = Promise.withResolvers<void>();

	constructor(options: WebhookSenderOptions) {
		const { number, envelope, log, clock } = options;
		this.#options = options;
		this.#name = `webhook ${number} (${envelope.shown})`;
		this.#failures = new LimitedLog(log, clock, LOG_INTERVAL);
		this.#drops = new LimitedLog(log, clock, LOG_INTERVAL);
	}

	/** Events not delivered yet, those included that are on their way. */
	get waiting(): number {
		return this.#waiting;
	}

	/** Takes an event; it is posted after the work that is being done now. */
	offer(event: Notice): void {
		if (this.#closing && this.#options.done) return;
		if (this.#ended || this.#closing || this.#waiting >= MAX_WAITING) {
			this.counts.dropped += 1;
			this.#options.done?.(event.id);
			if (!this.#ended)
				this.#drops.warning(() => `${this.#name}: an event was dropped, too many are waiting`);
			return;
		}
		this.#waiting += 1;
		const { key } = event;
		const known = this.#lanes.get(key);
		if (known) {
			known.events.push(event);
			return;
		}
		const lane = {
			key,
			events: [event],
			failures: 0,
			stopTimer: undefined,
			previous: undefined,
			next: undefined,
		};
		this.#lanes.set(key, lane);
		this.#makeReady(lane);
	}

	/**
	 * Tries what waits once more, and leaves or gives up what has not arrived then.
	 *
	 * @param limit milliseconds.
	 */
	async close(limit: number): Promise<void> {
		if (this.#closing || this.#ended) return;
		this.#closing = true;
		if (this.#waiting === 0) return this.#end();
		for (const lane of this.#lanes.values()) {
			if (!lane.stopTimer) continue;
			lane.stopTimer();
			this.#makeReady(lane);
		}
		const stopTimer = this.#options.clock.after(limit, this.#idle.resolve);
		await this.#idle.promise;
		stopTimer();
		const left = this.#left + this.#waiting;
		const { log, done } = this.#options;
		if (done && left > 0) log.info(`${this.#name}: ${left} events wait for the next start`);
		else if (left > 0) log.warning(`${this.#name}: ${left} events were not delivered in time`);
		if (!done) this.counts.failed += left;
		this.#end();
	}

	#makeReady(lane: Lane): void {
		lane.stopTimer = undefined;
		this.#ready.push(lane);
		this.#stopPump ??= this.#options.clock.after(0, () => {
			this.#stopPump = undefined;
			this.#pump();
		});
	}

	#pump(): void {
		while (this.#inFlight.size < MAX_IN_FLIGHT) {
			const lane = this.#ready.first;
			if (!lane) return;
			this.#ready.remove(lane);
			void this.#deliverFirst(lane);
		}
	}

	/** Never rejects. */
	async #deliverFirst(lane: Lane): Promise<void> {
		const [event] = lane.events;
		if (!event) return;
		if (lane.failures > 0) this.counts.retries += 1;
		const abort = new AbortController();
		this.#inFlight.add(abort);
		const outcome = await this.#try(event, abort);
		this.#inFlight.delete(abort);
		if (this.#ended) return;
		this.#judged(lane, outcome);
		this.#pump();
	}

	async #try(event: Notice, abort: AbortController): Promise<Outcome> {
		const { envelope, post, clock, wall } = this.#options;
		let late = false;
		const stopTimer = clock.after(ANSWER_TIME, () => {
			late = true;
			abort.abort();
		});
		try {
			const { status, retryAfter } = await post(envelope.posting(event, wall.now(), abort.signal));
			return { verdict: judge(status), reason: `it answered ${status}`, retryAfter };
		} catch (error) {
			const reason = late ? `no answer within ${ANSWER_TIME / 1000} s` : faultOf(error);
			return { verdict: "again", reason };
		} finally {
			stopTimer();
		}
	}

	#judged(lane: Lane, { verdict, reason, retryAfter }: Outcome): void {
		switch (verdict) {
			case "delivered":
				this.counts.delivered += 1;
				return this.#next(lane);
			case "refused":
				return this.#failed(lane, reason);
			case "gone": {
				this.#options.log.warning(`${this.#name}: ${reason}: it gets no more events until a restart`);
				this.counts.dropped += this.#waiting;
				for (const { events } of this.#lanes.values()) for (const { id } of events) this.#options.done?.(id);
				return this.#end();
			}
			case "again": {
				lane.failures += 1;
				if (this.#closing && this.#options.done) return this.#leave(lane);
				if (this.#closing || lane.failures >= MAX_TRIES) return this.#failed(lane, reason);
				const { clock, chance, wall, log } = this.#options;
				log.debug(() => `${this.#name}: an event will be sent again: ${reason}`);
				const pause = pauseBefore(lane.failures, retryAfter, chance(), wall.now());
				lane.stopTimer = clock.after(pause, () => this.#makeReady(lane));
			}
		}
	}

	#failed(lane: Lane, reason: string): void {
		this.counts.failed += 1;
		const tries = lane.failures > 1 ? ` in ${lane.failures} tries` : "";
		this.#failures.warning(() => `${this.#name}: an event was not delivered${tries}: ${reason}`);
		this.#next(lane);
	}

	/** The next process delivers the events of a lane. */
	#leave(lane: Lane): void {
		this.#left += lane.events.length;
		this.#waiting -= lane.events.length;
		this.#lanes.delete(lane.key);
		if (this.#waiting === 0) this.#idle.resolve();
	}

	/** The first event of a lane is done with. */
	#next(lane: Lane): void {
		const event = lane.events.shift();
		if (event) this.#options.done?.(event.id);
		lane.failures = 0;
		this.#waiting -= 1;
		if (lane.events.length > 0) this.#ready.push(lane);
		else this.#lanes.delete(lane.key);
		if (this.#closing && this.#waiting === 0) this.#idle.resolve();
	}

	#end(): void {
		this.#ended = true;
		this.#stopPump?.();
		for (const { stopTimer } of this.#lanes.values()) stopTimer?.();
		for (const abort of this.#inFlight) abort.abort();
		this.#lanes.clear();
		this.#ready = new LinkedQueue();
		this.#waiting = 0;
		this.#idle.resolve();
	}
}
