import { z } from "@hono/zod-openapi";
import type { ApiRoutes } from "./context.ts";
import { Event } from "./schemas.ts";

/** What is posted to the URL of each Webhook (Standard Webhooks). */
export function describeWebhook({ openAPIRegistry }: ApiRoutes): void {
	openAPIRegistry.registerWebhook({
		method: "post",
		path: "callEvent",
		operationId: "callEvent",
		summary: "Something has happened in a call",
		description: "Sent to each Webhook of the configuration, one event after the other, until it is taken.",
		security: [],
		request: {
			headers: z.object({
				"Webhook-Id": z.string().openapi({ description: "The same each time the event is sent." }),
				"Webhook-Timestamp": z
					.string()
					.openapi({ description: "Seconds since 1970 at this time of sending." }),
				"Webhook-Signature": z.string().optional().openapi({
					description: "v1, and HMAC-SHA256 of ID, timestamp and body; with a WebhookSecret only.",
				}),
			}),
			body: { required: true, content: { "application/json": { schema: Event } } },
		},
		responses: { "2XX": { description: "The event is taken." } },
	});
}
