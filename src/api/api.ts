import { OpenAPIHono } from "@hono/zod-openapi";
import { HTTPException } from "hono/http-exception";
import type { Logger } from "../log/logger.ts";
import { VERSION } from "../version.ts";
import { withoutBodyForHead } from "../web/head.ts";
import { ProblemError, problem, problemResponse } from "../web/problem.ts";
import type { WebContext, WebEnv } from "../web/web.ts";
import { takeBody } from "./body.ts";
import { callRoutes } from "./call-routes.ts";
import type { ApiOptions, ApiRoutes } from "./context.ts";
import { eventRoutes } from "./event-routes.ts";
import { historyRoutes } from "./history-routes.ts";
import { translateRoute } from "./translate-route.ts";
import { describeWebhook } from "./webhook-description.ts";

/** The path of the interface on the server. */
const API_PATH = "/api/v1";

/** The interface for programs: JSON over HTTP, described by its own OpenAPI document. */
export function createApi(options: ApiOptions & { readonly log: Logger }): ApiRoutes {
	const api = new OpenAPIHono<WebEnv>().basePath(API_PATH);
	api.use(withoutBodyForHead);
	api.use("/calls", async (c, next) => {
		if (c.req.method === "POST") c.req.raw = await takeBody(c.req.raw);
		await next();
	});
	for (const part of [callRoutes, eventRoutes, historyRoutes, translateRoute]) api.route("/", part(options));
	api.openAPIRegistry.registerComponent("securitySchemes", "digest", {
		type: "http",
		scheme: "digest",
		// As a scheme of its own, generated clients would send it instead of the token.
		description: "Over TLS, Basic is accepted, too.",
	});
	api.openAPIRegistry.registerComponent("securitySchemes", "token", { type: "http", scheme: "bearer" });
	describeWebhook(api);
	api.doc31("/openapi.json", (c) => ({
		openapi: "3.1.0",
		info: {
			title: "ClickToCall",
			version: VERSION,
			description: "Places calls between two phones, follows and ends them.",
		},
		servers: [{ url: serverOf(c) }],
		security: [{ token: [] }, { digest: [] }, {}],
	}));
	refuseOtherMethods(api);
	api.notFound((c) => problemResponse(problem(404, `There is nothing at ${c.req.path}.`)));
	api.onError((error, c) => {
		if (error instanceof ProblemError) return problemResponse(error.problem, error.headers);
		if (error instanceof HTTPException && error.status < 500)
			return problemResponse(problem(400, error.message, [{ field: "body", problem: "expected JSON" }]));
		options.log.err(() => `request from ${c.env.peer} failed: ${error.stack ?? error.message}`);
		return problemResponse(problem(500, "Something went wrong. The server's log has the details."));
	});
	return api;
}

/** Where the client has found the server: through a proxy, or below a path, that is not where it listens. */
function serverOf(c: WebContext): string {
	const { secure = false, prefix = "", host = c.req.header("Host") } = c.env;
	const origin = host === undefined ? undefined : URL.parse(`${secure ? "https" : "http"}://${host}`)?.origin;
	return origin === undefined ? prefix || "/" : `${origin}${prefix}`;
}

/** Every path answers the methods that it does not have with 405 and those that it has (RFC 9110 section 15.5.6). */
function refuseOtherMethods(api: ApiRoutes): void {
	const methods = new Map<string, string[]>();
	for (const { path, method } of api.routes) {
		if (method === "ALL") continue;
		const known = methods.get(path) ?? [];
		if (!known.includes(method)) known.push(method);
		methods.set(path, known);
	}
	for (const [path, known] of methods) {
		const allow = known.includes("GET") ? [...known, "HEAD"].join(", ") : known.join(", ");
		api.all(path.slice(API_PATH.length), (c) =>
			problemResponse(problem(405, `${c.req.path} takes ${allow}.`), { Allow: allow }),
		);
	}
}
