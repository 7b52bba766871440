import type { LiveCall, LiveEvent } from "../../../src/live/types.ts";
import { Envelope } from "../../../src/webhook/envelope.ts";
import { EventNotice, type Notice } from "../../../src/webhook/notice.ts";
import type { Post, PostAnswer, Posting } from "../../../src/webhook/post.ts";
import { WebhookSender } from "../../../src/webhook/sender.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { MemoryLogger } from "../../support/memory-logger.ts";

/** 2026-11-23 08:00:00 UTC. */
export const NOW = Date.UTC(2026, 10, 23, 8);

/** An event of a call. */
export function eventOf(call: string, number: number): LiveEvent {
	return { number, at: NOW, kind: "state", call: callOf(call) };
}

/** A request that was refused. */
export function refusalOf(number: number): LiveEvent {
	const { origin } = callOf("");
	const request = { initiator: "a", destination: "b", anchor: false, origin };
	const result = { code: 503, text: "full", final: true };
	return { number, at: NOW, kind: "refused", request, result };
}

function callOf(id: string): LiveCall {
	const leg = (address: string) =>
		({ address, uri: `sip:${address}@example.com`, state: "calling" }) as const;
	return {
		id,
		way: "refer",
		state: "calling initiator",
		initiator: leg("101"),
		destination: leg("102"),
		origin: { via: "xml", peer: "192.0.2.7" },
		startedAt: NOW,
	};
}

/** An event as it is posted: its body is `call/number`. */
export function noticeOf(event: LiveEvent): Notice {
	return new EventNotice(event, "run", ({ number }) =>
		event.kind === "refused" ? `refused/${number}` : `${event.call.id}/${number}`,
	);
}

/** A sender whose receiver is the test. */
export class Bench {
	readonly clock = new FakeClock();
	readonly log = new MemoryLogger("INFO");
	readonly sender: WebhookSender;
	/** What is on its way, oldest first; answered by `answer` and `fail`. */
	readonly open: { readonly posting: Posting; readonly settle: PromiseWithResolvers<PostAnswer> }[] = [];
	/** Ids of events, as `call/number`, in the order in which they were posted. */
	readonly posted: string[] = [];

	constructor({ done, chance = 0 }: { readonly done?: (id: string) => void; readonly chance?: number } = {}) {
		const url = "https://user:pass@hooks.example.com/secret/path?key=secret";
		const post: Post = (posting) => {
			const settle = Promise.withResolvers<PostAnswer>();
			posting.signal.addEventListener("abort", () => settle.reject(new Error("aborted")));
			this.open.push({ posting, settle });
			this.posted.push(posting.body);
			return settle.promise;
		};
		this.sender = new WebhookSender({
			number: 1,
			envelope: new Envelope({ url, secret: "secret" }),
			post,
			clock: this.clock,
			wall: { now: () => NOW + this.clock.now() },
			chance: () => chance,
			log: this.log,
			done,
		});
	}

	/** Offers events and lets the sender begin. */
	offer(...events: LiveEvent[]): void {
		for (const event of events) this.sender.offer(noticeOf(event));
		this.clock.advance(0);
	}

	/** The receiver answers what has been on its way longest. */
	async answer(status: number, retryAfter?: string): Promise<void> {
		this.open.shift()?.settle.resolve({ status, retryAfter });
		await settled();
	}

	/** There is no answer. */
	async fail(error: unknown): Promise<void> {
		this.open.shift()?.settle.reject(error);
		await settled();
	}

	/** Time passes. */
	async pass(milliseconds: number): Promise<void> {
		this.clock.advance(milliseconds);
		await settled();
		this.clock.advance(0);
	}
}

/** All promises that can be settled by now are. */
export function settled(): Promise<void> {
	return new Promise((resolve) => setImmediate(resolve));
}
