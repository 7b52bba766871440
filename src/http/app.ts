import { type Context, Hono } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { CallPlacer, CallResult } from "../call/types.ts";
import type { Logger } from "../log/logger.ts";
import { readCallQuery } from "./call-query.ts";
import { DigestAuth } from "./digest.ts";
import { unwantedBecause } from "./fetch-metadata.ts";
import { indexPage, messagePage, parametersPage, startedPage } from "./pages.tsx";
import { STYLE_SOURCE } from "./style.ts";

export interface AppOptions {
	readonly placer: CallPlacer;
	readonly log: Logger;
	/** The password that placing a call needs (HttpAuthPwd); absent when HttpAuth is off. */
	readonly password?: string | undefined;
	/** Milliseconds of a clock that never steps, for the life of nonces. */
	readonly now?: (() => number) | undefined;
}

/** What the server tells of each request. */
export interface RequestBindings {
	/** Address of the client, without port. */
	readonly peer: string;
}

/** The web application; `app.fetch(request, { peer })` answers a request. */
export type WebApp = Hono<{ Bindings: RequestBindings }>;

type AppContext = Context<{ Bindings: RequestBindings }>;

const INDEX = "/index.html";
const CALL = "/clicktocall.html";
const REALM = "ClickToCall";
const NO_CALL = "No call was placed";

const SECURITY_HEADERS: readonly (readonly [string, string])[] = [
	[
		"Content-Security-Policy",
		`default-src 'none'; style-src ${STYLE_SOURCE}; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
	],
	["X-Content-Type-Options", "nosniff"],
	["Referrer-Policy", "no-referrer"],
	["Cross-Origin-Resource-Policy", "same-origin"],
	["Cache-Control", "no-store"],
];

/** The pages of the manual: `/index.html`, `/clicktocall.html`, and the way there from anywhere else. */
export function createApp(options: AppOptions): WebApp {
	const { log, password, now } = options;
	const auth = password === undefined ? undefined : new DigestAuth({ password, realm: REALM, now });
	const app: WebApp = new Hono<{ Bindings: RequestBindings }>();
	app.use(async (c, next) => {
		await next();
		for (const [name, value] of SECURITY_HEADERS) c.res.headers.set(name, value);
	});
	app.get(INDEX, (c) => c.html(indexPage()));
	app.all(CALL, (c) => {
		// HEAD too: it must not change anything (RFC 9110 section 9.2.1), and a call can't be half placed.
		if (c.req.method !== "GET") return methodNotAllowed(c, "GET");
		return answerCall(c, options, auth);
	});
	app.all("*", (c) => {
		const readOnly = c.req.method === "GET" || c.req.method === "HEAD";
		return readOnly ? c.redirect(INDEX) : methodNotAllowed(c, "GET, HEAD");
	});
	app.onError((error, c) => {
		log.err(() => `a request of ${c.env.peer} failed: ${error.message}`);
		return c.html(messagePage("Internal error", "The server could not answer. Its log says why."), 500);
	});
	return app;
}

function methodNotAllowed(c: AppContext, allow: string): Response {
	c.header("Allow", allow);
	return c.html(messagePage("Method not allowed", `This page takes ${allow} only.`), 405);
}

function answerCall(c: AppContext, options: AppOptions, auth: DigestAuth | undefined): Response {
	const { log } = options;
	const { peer } = c.env;
	const reason = unwantedBecause(c.req.raw.headers);
	if (reason !== undefined) {
		log.warning(() => `a request of ${peer} is refused: it ${reason}`);
		return c.html(messagePage(NO_CALL, `This request ${reason}.`), 403);
	}
	const verdict = auth?.verify(c.req.header("Authorization"), c.req.method, c.req.url);
	if (verdict?.kind === "malformed") {
		return c.html(messagePage(NO_CALL, `The Authorization header is invalid: ${verdict.reason}.`), 400);
	}
	if (verdict?.kind === "challenge") {
		if (verdict.wrong) log.warning(() => `${peer} gave a wrong user or password`);
		for (const challenge of verdict.challenges) c.header("WWW-Authenticate", challenge, { append: true });
		return c.html(
			messagePage("Password needed", "Placing a call needs the user admin and its password."),
			401,
		);
	}
	return placeCall(c, options.placer, verdict?.user);
}

function placeCall(c: AppContext, placer: CallPlacer, user: string | undefined): Response {
	const query = readCallQuery(new URL(c.req.url).searchParams);
	if (!query.ok) return c.html(parametersPage(query.problems), 400);
	const { initiator, destination, anchor } = query;
	const { peer } = c.env;
	const origin = { via: "http", peer, ...(user !== undefined && { user }) } as const;
	const placed = placer.place({ initiator, destination, anchor, origin });
	if (!placed.accepted) return refused(c, placed.result);
	return c.html(
		startedPage({
			initiator,
			destination,
			initiatorUri: placed.initiator,
			destinationUri: placed.destination,
			anchor,
		}),
	);
}

function refused(c: AppContext, { code, text }: CallResult): Response {
	return c.html(messagePage(NO_CALL, `${code} ${text}`), httpStatus(code));
}

/** A refusal's code is 400 or 503; any other is no answer to HTTP and means that we failed. */
function httpStatus(code: number): ContentfulStatusCode {
	return code === 400 || code === 503 ? code : 500;
}
