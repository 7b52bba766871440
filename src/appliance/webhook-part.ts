import { resolve } from "node:path";
import type { Settings } from "../config/settings.ts";
import type { Logger } from "../log/logger.ts";
import type { Clock } from "../time/clock.ts";
import type { WallClock } from "../time/wall-clock.ts";
import type { Webhooks } from "../webhook/webhooks.ts";
import type { Part } from "./parts.ts";

/** How long webhooks may take to deliver what is queued when the server stops, in milliseconds. */
const FLUSH_TIME = 2000;

interface WebhookPartOptions {
	readonly clock: Clock;
	readonly wall: WallClock;
	readonly log: Logger;
}

/** Webhooks: they hear of calls from the first one on that is restored. */
export class WebhookPart implements Part {
	readonly name = "the webhooks";
	readonly webhooks: Webhooks;

	private constructor(webhooks: Webhooks) {
		this.webhooks = webhooks;
	}

	/** @returns undefined if none are configured; their code is not loaded then. */
	static async open(
		{ webhooks: receivers, stateFile }: Settings,
		{ clock, wall, log }: WebhookPartOptions,
	): Promise<WebhookPart | undefined> {
		if (receivers.length === 0) return undefined;
		const [{ Webhooks }, { eventJson }] = await Promise.all([
			import("../webhook/webhooks.ts"),
			import("../live/call-json.ts"),
		]);
		const webhooks = new Webhooks({
			receivers,
			body: (event) => JSON.stringify(eventJson(event)),
			path: stateFile === "" ? undefined : `${resolve(stateFile)}-webhooks`,
			clock,
			wall,
			log: log.child({ part: "webhook" }),
		});
		return new WebhookPart(webhooks);
	}

	/** Delivers queued events, for a limited time that starts with the first call; never rejects. */
	stop(): Promise<void> {
		return this.webhooks.close(FLUSH_TIME);
	}
}
