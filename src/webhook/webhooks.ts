import { randomInt } from "node:crypto";
import type { LiveEvent } from "../live/types.ts";
import type { Logger } from "../log/logger.ts";
import { randomToken } from "../random.ts";
import type { Clock } from "../time/clock.ts";
import type { WallClock } from "../time/wall-clock.ts";
import { Envelope } from "./envelope.ts";
import { EventNotice } from "./notice.ts";
import { type Post, postOverHttp } from "./post.ts";
import { type DeliveryCounts, WebhookSender } from "./sender.ts";
import { receiverName } from "./undelivered.ts";
import { WebhookStore } from "./webhook-store.ts";

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
	/** File of the events that are not delivered; undefined: they end with the process. */
	readonly path: string | undefined;
	readonly clock: Clock;
	readonly wall: WallClock;
	readonly log: Logger;
	/** How an event is posted; over HTTP by default. */
	readonly post?: Post | undefined;
}

const RANGE = 1 << 20;

/** Posts each event of the calls to every receiver, and first those that the process before has left. */
export class Webhooks {
	readonly #run = randomToken(8);
	readonly #body: WebhooksOptions["body"];
	readonly #store: WebhookStore | undefined;
	readonly #senders: readonly WebhookSender[];
	#closing: Promise<void> | undefined;

	/** @throws {TypeError} for an invalid URL. */
	constructor({ receivers, body, path, clock, wall, log, post = postOverHttp }: WebhooksOptions) {
		this.#body = body;
		const envelopes = receivers.map((receiver) => new Envelope(receiver));
		const names = receivers.map(({ url }) => receiverName(url));
		const store =
			path === undefined ? undefined : WebhookStore.open({ path, receivers: names, clock, wall, log });
		this.#store = store;
		this.#senders = envelopes.map((envelope, index) => {
			const name = names[index] ?? "";
			const sender = new WebhookSender({
				number: index + 1,
				envelope,
				post,
				clock,
				wall,
				chance: () => randomInt(RANGE) / RANGE,
				log,
				done: store && ((id) => store.done(id, name)),
			});
			for (const notice of store?.left(name) ?? []) sender.offer(notice);
			return sender;
		});
	}

	/** Takes the next event; to be subscribed to the live calls. */
	readonly hear = (event: LiveEvent): void => {
		const notice = new EventNotice(event, this.#run, this.#body);
		this.#store?.add(notice);
		for (const sender of this.#senders) sender.offer(notice);
	};

	/** The state of each receiver, in their order. */
	get figures(): readonly (Readonly<DeliveryCounts> & { readonly waiting: number })[] {
		return this.#senders.map(({ counts, waiting }) => ({ ...counts, waiting }));
	}

	/** Tries what waits once more; never rejects. @param limit milliseconds; that of the first call counts. */
	close(limit: number): Promise<void> {
		this.#closing ??= this.#close(limit);
		return this.#closing;
	}

	async #close(limit: number): Promise<void> {
		await Promise.all(this.#senders.map((sender) => sender.close(limit)));
		this.#store?.close();
	}
}
