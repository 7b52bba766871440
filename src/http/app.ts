import { Hono } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { ApiOptions } from "../api/context.ts";
import type { CallPlacer, CallResult } from "../call/types.ts";
import type { Logger } from "../log/logger.ts";
import { NO_CONTACTS } from "../web/contacts.ts";
import { withoutBodyForHead } from "../web/head.ts";
import { notOwnPhone, ownCallsOf } from "../web/own-calls.ts";
import { problem, problemResponse } from "../web/problem.ts";
import type { WebApp, WebContext, WebEnv } from "../web/web.ts";
import { refusedSentence } from "../words/words.ts";
import { Access, type AccessRefusal } from "./access.ts";
import { mountAdminPages } from "./admin/routes.ts";
import type { AdminSource } from "./admin/types.ts";
import { guardFirstRun, mountFirstRun } from "./box/first-run.ts";
import { mountBoxPages, mountClosedBox } from "./box/routes.ts";
import type { BoxSource, ClosedSetUp, FirstRunSource } from "./box/types.ts";
import { readCallQuery } from "./call-query.ts";
import type { GuessBrake } from "./guess-brake.ts";
import { mountHistoryPages } from "./history-page/routes.ts";
import { mountPages } from "./page/routes.ts";
import { indexPage, messagePage, parametersPage, startedPage } from "./pages.tsx";
import type { ProgramToken, WebUser } from "./people.ts";
import { addPrefix } from "./prefix.ts";
import { type ProbeOptions, probes } from "./probes.ts";
import { STYLE_SOURCE } from "./style.ts";

export interface AppOptions {
	readonly placer: CallPlacer;
	readonly log: Logger;
	/** The password that placing a call needs (HttpAuthPwd); absent when HttpAuth is off. */
	readonly password?: string | undefined;
	/** The tokens of programs (HttpApiToken). */
	readonly tokens?: readonly ProgramToken[] | undefined;
	/** Further users, with phones of their own (HttpUser). */
	readonly users?: readonly WebUser[] | undefined;
	/** Names of the server that its pages may be opened by without a password; see `HostNames`. */
	readonly hosts?: readonly string[] | undefined;
	/** Slows down guessing of passwords; its own by default. */
	readonly brake?: GuessBrake | undefined;
	/** What the interface for programs works on; without it, there is no such interface. */
	readonly api?: ApiOptions | undefined;
	/** What the administration page shows; without it, there is no such page. */
	readonly admin?: AdminSource | undefined;
	/** What the pages that set the box up work on; without it, there are none. */
	readonly box?: BoxSource | ClosedSetUp | undefined;
	/** A box that may wait for its password; absent where none is asked for. */
	readonly firstRun?: FirstRunSource | undefined;
	/** What `/healthz`, `/readyz` and `/metrics` tell; without it there are no such pages. */
	readonly probes?: Omit<ProbeOptions, "access"> | undefined;
	/** What clients put before each path (HttpPrefix), such as `/ctc`. */
	readonly prefix?: string | undefined;
	/** Days for which browsers that came by TLS shall use nothing else (RFC 6797); 0 = they are not told. */
	readonly hsts?: number | undefined;
	/** Milliseconds of a clock that never steps, for the life of nonces. */
	readonly now?: (() => number) | undefined;
}

const INDEX = "/index.html";
const CALL = "/clicktocall.html";
/** The pages that take forms. */
const POSTED = /^\/calls(\/[^/]+\/hangup)?$/;
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

/** Retry-After for refused calls (RFC 9110 section 10.2.3), in seconds: calls end, a restart is over. */
const RETRY_AFTER = "5";

/** The pages of the manual: `/index.html`, `/clicktocall.html`, and the way there from anywhere else. */
export function createApp(options: AppOptions): WebApp {
	const { log, password, users, tokens, hosts, brake, now, hsts = 0, prefix = "" } = options;
	const access = new Access({ password, users, tokens, hosts, prefix, log, brake, now });
	const app: WebApp = new Hono<WebEnv>();
	app.use(async (c, next) => {
		await next();
		for (const [name, value] of SECURITY_HEADERS)
			if (!c.res.headers.has(name)) c.res.headers.set(name, value);
		if (hsts > 0 && c.env.secure) c.res.headers.set("Strict-Transport-Security", `max-age=${hsts * 86_400}`);
		if (c.res.status === 503) c.res.headers.set("Retry-After", RETRY_AFTER);
	});
	const { nameOf } = options.api?.contacts ?? NO_CONTACTS;
	const translate = options.api?.translate;
	app.use(async (c, next) => {
		c.env.nameOf = nameOf;
		// Asked only once the access has been checked.
		c.env.mayCallFrom = (initiator) =>
			(translate && ownCallsOf(c.env, translate)?.hasPhone(initiator)) ?? true;
		await next();
	});
	if (prefix !== "") app.use(addPrefix(prefix));
	app.use(withoutBodyForHead);
	if (options.firstRun) {
		app.use(guardFirstRun(options.firstRun));
		mountFirstRun(app, new Access({ hosts, prefix, log, brake, now }), options.firstRun, {
			closed: options.box === "closed",
		});
	}
	app.get(INDEX, (c) => c.html(indexPage()));
	// Not HEAD: it must not change anything (RFC 9110 section 9.2.1), and a call cannot be half placed.
	app.all(CALL, async (c, next) => (c.req.method === "GET" ? next() : methodNotAllowed(c, "GET")));
	app.get(CALL, access.forLinks(refuseAccess), (c) => placeCall(c, options));
	if (options.api) mountPages(app, access, options.api);
	if (options.api) mountHistoryPages(app, access, options.api);
	if (options.admin)
		mountAdminPages(app, access, options.admin, options.box !== undefined && options.box !== "closed");
	if (options.box === "no password" || options.box === "closed") mountClosedBox(app, access, options.box);
	else if (options.box) mountBoxPages(app, access, options.box);
	if (options.probes) app.route("/", probes({ ...options.probes, access }));
	if (options.api) mountApi(app, access, options.api, log);
	app.options("*", (c) => {
		c.header("Allow", POSTED.test(c.req.path) ? "GET, HEAD, POST, OPTIONS" : "GET, HEAD, OPTIONS");
		return c.body(null, 204);
	});
	app.all("*", (c) => {
		const readOnly = c.req.method === "GET" || c.req.method === "HEAD";
		return readOnly ? c.redirect(INDEX) : methodNotAllowed(c, "GET, HEAD");
	});
	app.onError((error, c) => {
		log.err(() => `request from ${c.env.peer} failed: ${error.message}`);
		return c.html(
			messagePage("Internal error", "Something went wrong. The server's log has the details."),
			500,
		);
	});
	return app;
}

function methodNotAllowed(c: WebContext, allow: string): Response {
	c.header("Allow", allow);
	return c.html(messagePage("Method not allowed", `This page accepts ${allow} only.`), 405);
}

/** Below /api everything is for programs, errors too. Its code is loaded for the first request. */
function mountApi(app: WebApp, access: Access, options: ApiOptions, log: Logger): void {
	let loaded: Promise<WebApp> | undefined;
	const api = (): Promise<WebApp> => {
		loaded ??= import("../api/api.ts").then(({ createApi }) => createApi({ ...options, log }));
		return loaded;
	};
	const guard = access.forPrograms((c, { status, sentence }) => {
		const response = problemResponse(problem(status, sentence));
		// With the challenges that were set before.
		return c.newResponse(response.body, response);
	});
	app.all("/api/*", guard, async (c) => (await api()).fetch(c.req.raw, c.env));
}

const REFUSAL_TITLES = { 400: NO_CALL, 401: "Password required", 403: NO_CALL, 429: NO_CALL } as const;

function refuseAccess(c: WebContext, { status, sentence }: AccessRefusal): Response {
	return c.html(messagePage(REFUSAL_TITLES[status], sentence), status);
}

function placeCall(c: WebContext, { placer, api }: AppOptions): Response {
	const query = readCallQuery(new URL(c.req.url).searchParams);
	if (!query.ok) return c.html(parametersPage(query.problems), 400);
	const { initiator, destination, anchor } = query;
	const own = api && ownCallsOf(c.env, api.translate);
	if (own && !own.hasPhone(initiator)) return c.html(messagePage(NO_CALL, notOwnPhone(initiator, own)), 403);
	const { peer, user } = c.env;
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
			...(api && { page: `/calls/${placed.id}` }),
		}),
	);
}

function refused(c: WebContext, { code, text, refused = [] }: CallResult): Response {
	const sentences = [`${code} ${text}`, ...refused.map(refusedSentence)];
	return c.html(messagePage(NO_CALL, ...sentences), httpStatus(code));
}

/** A refusal's code is 400 or 503; any other cannot be an HTTP status and means that we failed. */
function httpStatus(code: number): ContentfulStatusCode {
	return code === 400 || code === 503 ? code : 500;
}
