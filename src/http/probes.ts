import { Hono } from "hono";
import type { WebContext, WebEnv } from "../web/web.ts";
import type { Access, AnswerRefusal } from "./access.ts";

/** The state of the server, for programs that start and watch it. */
export interface Health {
	/** What keeps the server from serving at all; undefined when nothing does. */
	trouble(): string | undefined;
	/** Why no calls should be asked for now; undefined when they can be. */
	unready(): string | undefined;
}

/** Metrics as they are now, and their Content-Type. */
export interface MetricsSource {
	scrape(): Promise<{ readonly contentType: string; readonly text: string }>;
}

export interface ProbeOptions {
	readonly health: Health;
	readonly metrics: MetricsSource;
	/** Guards the metrics; the probes are open to everyone in HttpAllow. */
	readonly access: Access;
}

/** `/healthz` and `/readyz` for supervisors, `/metrics` for Prometheus. */
export function probes({ health, metrics, access }: ProbeOptions): Hono<WebEnv> {
	const app = new Hono<WebEnv>();
	app.get("/healthz", async (c) => {
		// After a change of the address, the page of the old one looks whether the server is here.
		c.header("Cross-Origin-Resource-Policy", "cross-origin");
		// Only a running event loop gets here again.
		await new Promise((resolve) => setImmediate(resolve));
		return answer(c, "ok", health.trouble());
	});
	app.get("/readyz", (c) => answer(c, "ready", health.trouble() ?? health.unready()));
	const refuse: AnswerRefusal = (c, { status, sentence }) => c.text(`${sentence}\n`, status);
	app.get("/metrics", access.forPrograms(refuse), access.forAdministrators(refuse), async (c) => {
		const { contentType, text } = await metrics.scrape();
		return c.body(text, 200, { "Content-Type": contentType });
	});
	return app;
}

function answer(c: WebContext, well: string, trouble: string | undefined): Response {
	return trouble === undefined ? c.text(`${well}\n`) : c.text(`${trouble}\n`, 503);
}
