import type { MiddlewareHandler } from "hono";
import type { WebEnv } from "./web.ts";

/**
 * Answers HEAD as GET, without a body (RFC 9110 section 9.3.2). The body that was made for it is given up: nobody
 * reads it, so a stream of events would stay open for ever.
 */
export const withoutBodyForHead: MiddlewareHandler<WebEnv> = async (c, next) => {
	await next();
	if (c.req.raw.method === "HEAD") await c.res.body?.cancel();
};
