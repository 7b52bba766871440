import { createHmac } from "node:crypto";
import type { EventJson } from "../../src/live/call-json.ts";

/** One post as it came. */
export interface ReceivedPost {
	readonly id: string;
	/** Seconds since 1970. */
	readonly timestamp: number;
	readonly signature: string;
	readonly authorization: string | null;
	readonly body: string;
	/** By their names in lower case. */
	readonly headers: Readonly<Record<string, string>>;
	readonly event: EventJson;
	/** What it was answered. */
	readonly status: number;
}

/** A receiver of webhooks, such as anyone writes who has read docs/webhooks.md. */
export class WebhookReceiver {
	/** All posts, oldest first. */
	readonly posts: ReceivedPost[] = [];
	readonly #server: Bun.Server<undefined>;
	#waiters: (() => void)[] = [];

	/** @param statusOf what a post is answered; 204 by default. */
	constructor(statusOf: (event: EventJson) => number = () => 204) {
		this.#server = Bun.serve({
			hostname: "127.0.0.1",
			port: 0,
			development: false,
			fetch: async (request) => {
				const { headers } = request;
				const body = await request.text();
				const event: EventJson = JSON.parse(body);
				const status = statusOf(event);
				this.posts.push({
					id: headers.get("Webhook-Id") ?? "",
					timestamp: Number(headers.get("Webhook-Timestamp")),
					signature: headers.get("Webhook-Signature") ?? "",
					authorization: headers.get("Authorization"),
					body,
					headers: Object.fromEntries(headers),
					event,
					status,
				});
				for (const wake of this.#waiters.splice(0)) wake();
				return new Response(null, { status });
			},
		});
	}

	/** Its address, with a user, a password, a path and a query. */
	get url(): string {
		return `http://hook:open%20sesame@127.0.0.1:${this.#server.port}/calls?token=geheim`;
	}

	/** Waits for a post that was taken and whose event suits. */
	async took(suits: (event: EventJson) => boolean): Promise<ReceivedPost> {
		for (;;) {
			const found = this.posts.find(({ event, status }) => status < 300 && suits(event));
			if (found) return found;
			await new Promise<void>((resolve) => this.#waiters.push(resolve));
		}
	}

	async stop(): Promise<void> {
		await this.#server.stop(true);
	}
}

/** The signature that a post has to have, worked out from its parts. @param key as bytes. */
export function expectedSignature({ id, timestamp, body }: ReceivedPost, key: Uint8Array): string {
	return `v1,${createHmac("sha256", key).update(`${id}.${timestamp}.${body}`).digest("base64")}`;
}
