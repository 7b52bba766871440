import { randomInt } from "node:crypto";
import type { LiveEvent } from "../live/types.ts";
import type { Logger } from "../log/logger.ts";
import { randomToken } from "../random.ts";
import type { Clock } from "../time/clock.ts";
import { systemWallClock } from "../time/wall-clock.ts";
import { Envelope } from "./envelope.ts";
import { type Post, postOverHttp } from "./post.ts";
import { type DeliveryCounts, WebhookSender } from "./sender.ts";

/** A receiver of events. */
export interface WebhookOrder {
	readonly url: string;
	/** Empty: what is posted is not signed. */
	readonly secret: string;
}

export interface WebhooksOptions {
	readonly receivers: readonly WebhookOrder[];
	/** JSON of an event. */
	readonly body: (event: LiveEvent) => string;
	readonly clock: Clock;
	readonly log: Logger;
	/** How an event is posted; over HTTP by default. */
	readonly post?: Post | undefined;
}

const RANGE = 1 << 20;

/** Posts each event of the calls to every receiver. */
export class Webhooks {
	readonly #senders: readonly WebhookSender[];

	/** @throws {TypeError} for an invalid URL. */
	constructor({ receivers, body, clock, log, post = postOverHttp }: WebhooksOptions) {
		const run = randomToken(8);
		this.#senders = receivers.map(
			({ url, secret }, index) =>
				new WebhookSender({
					number: index + 1,
					envelope: new Envelope({ url, secret, run, body }),
					post,
					clock,
					wall: systemWallClock,
					chance: () => randomInt(RANGE) / RANGE,
					log,
				}),
		);
	}

	/** Takes the next event; to be subscribed to the live calls. */
	readonly hear = (event: LiveEvent): void => {
		for (const sender of this.#senders) sender.offer(event);
	};

	/** The state of each receiver, in their order. */
	get figures(): readonly (Readonly<DeliveryCounts> & { readonly waiting: number })[] {
		return this.#senders.map(({ counts, waiting }) => ({ ...counts, waiting }));
	}

	/** Tries what waits once more; never rejects. @param limit milliseconds. */
	async close(limit: number): Promise<void> {
		await Promise.all(this.#senders.map((sender) => sender.close(limit)));
	}
}
