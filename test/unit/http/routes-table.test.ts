import { afterAll, beforeAll, expect, test } from "bun:test";
import { createApi } from "../../../src/api/api.ts";
import type { AdminSource } from "../../../src/http/admin/types.ts";
import type { WebApp } from "../../../src/web/web.ts";
import { setUp } from "../api/support.ts";
import { HistoryBench } from "../history/support.ts";
import { authorize, challenges } from "./support.ts";

const TOKEN = "a-token-that-may-do-everything";
const BOUND = "a-token-that-is-bound-to-201";
const PASSWORDS = { admin: "open sesame", anna: "anna's", bert: "bert's" } as const;
const MINE = "initiator=201&destination=301";
const JSON_TYPE = "application/json";
const FORM_TYPE = "application/x-www-form-urlencoded";

const ADMIN: AdminSource = {
	listening: () => [],
	facts: () => [],
	rules: () => [],
	translate: () => ({ ok: false, code: "no-rule", reason: "" }),
	log: () => [],
};

/** Who asks: the columns of the table. A strange origin is a page of another site in the browser of admin. */
const ASKERS = ["nobody", "anna", "bert", "admin", "token", "bound", "strange", "proxy"] as const;

type Asker = (typeof ASKERS)[number];

const OPEN = "200 200 200 200 200 200 200 200";
const HISTORY = "401 200 404 200 401 401 200 200";
const OWN_JSON = "401 200 404 200 200 200 200 200";
const ALL_JSON = "401 200 200 200 200 200 200 200";

/**
 * What each route answers to each of them. A call and its history are of 201, which is the phone of anna, of the bound
 * token, and of anna behind a proxy that speaks TLS with her and asks for Basic; bert has 202.
 */
const TABLE: Readonly<Record<string, string>> = {
	//                                nobody anna bert admin token bound strange proxy
	"GET /index.html": OPEN,
	"GET /page.js": OPEN,
	"GET /tel-links.js": OPEN,
	"GET /style.css": OPEN,
	"GET /icon.svg": OPEN,
	"GET /icon-maskable.svg": OPEN,
	"GET /manifest.webmanifest": OPEN,
	"GET /healthz": OPEN,
	"GET /readyz": OPEN,
	"GET /calls": "302 302 302 302 302 302 302 302",
	"GET /clicktocall.html": "401 200 403 200 401 401 403 200",
	"GET /": "401 200 200 200 401 401 200 200",
	"GET /call": "401 200 200 200 401 401 200 200",
	"GET /contacts": "401 200 200 200 401 401 200 200",
	"POST /language": "401 303 303 303 401 401 403 303",
	"POST /calls": "401 303 403 303 401 401 403 303",
	"POST /calls/:id/hangup": "401 303 404 303 401 401 403 303",
	"GET /calls/:id": HISTORY,
	"GET /live": "401 200 200 200 401 401 200 200",
	"GET /calls/:id/live": "401 200 200 200 401 401 200 200",
	"GET /history": "401 200 200 200 401 401 200 200",
	"GET /history.csv": "401 200 200 200 401 401 200 200",
	"GET /history/:id": HISTORY,
	"GET /admin": "401 403 403 200 401 401 200 403",
	"GET /metrics": "401 403 403 200 200 403 200 403",
	"GET /api/v1/openapi.json": ALL_JSON,
	"POST /api/v1/calls": "401 201 403 201 201 201 403 201",
	"GET /api/v1/calls": ALL_JSON,
	"GET /api/v1/calls/:id": OWN_JSON,
	"DELETE /api/v1/calls/:id": "401 202 404 202 202 202 403 202",
	"GET /api/v1/events": ALL_JSON,
	"GET /api/v1/calls/:id/events": OWN_JSON,
	"GET /api/v1/history": ALL_JSON,
	"GET /api/v1/history/:id": OWN_JSON,
	"GET /api/v1/history.csv": ALL_JSON,
	"GET /api/v1/translate": "401 403 403 200 200 403 200 403",
};

let bench: HistoryBench;

beforeAll(async () => {
	bench = new HistoryBench();
	bench.place({ initiator: "201" }, "past").fail(486, "Destination");
	bench
		.place({ initiator: "zoe", origin: { via: "http", user: "carla" } }, "others")
		.fail(486, "Destination");
	await bench.history.flush();
});

afterAll(() => bench.remove());

/** A server with a call of 201 in progress, and one of somebody else. */
function world() {
	const parts = setUp({
		password: PASSWORDS.admin,
		users: [
			{ name: "anna", password: PASSWORDS.anna, phones: ["201"] },
			{ name: "bert", password: PASSWORDS.bert, phones: ["202"] },
		],
		tokens: [{ token: TOKEN }, { token: BOUND, phones: ["201"] }],
		admin: ADMIN,
		probes: {
			health: { trouble: () => undefined, unready: () => undefined },
			metrics: { scrape: async () => ({ contentType: "text/plain", text: "" }) },
		},
		history: bench.history,
	});
	parts.calls.place({ initiator: "201", destination: "301", anchor: false, origin: { via: "xml" } });
	parts.calls.place({ initiator: "zoe", destination: "301", anchor: false, origin: { via: "xml" } });
	return parts;
}

/** The header by which somebody says who it is. */
async function authorization(app: WebApp, asker: Asker, method: string, path: string): Promise<string> {
	if (asker === "token" || asker === "bound") return `Bearer ${asker === "token" ? TOKEN : BOUND}`;
	if (asker === "proxy") return `Basic ${btoa(`anna:${PASSWORDS.anna}`)}`;
	const username = asker === "anna" || asker === "bert" ? asker : "admin";
	const first = await app.request("/admin", undefined, { peer: "192.0.2.7" });
	return authorize(challenges(first)[0], { username, password: PASSWORDS[username], method, uri: path });
}

/** Asks a route as somebody. */
async function ask({ app }: { readonly app: WebApp }, asker: Asker, route: string): Promise<Response> {
	const [method = "", pattern = ""] = route.split(" ");
	const json = pattern.startsWith("/api/");
	const id = pattern.includes("/history/") ? "past" : "call1";
	const query = { "/clicktocall.html": `?${MINE}`, "/call": "?to=301", "/api/v1/translate": "?address=201" };
	const path = pattern.replace(":id", id) + (Object.entries(query).find(([of]) => of === pattern)?.[1] ?? "");
	const headers: Record<string, string> = { Host: "box" };
	if (asker !== "nobody") headers.Authorization = await authorization(app, asker, method, path);
	if (asker === "strange")
		Object.assign(headers, { "Sec-Fetch-Site": "cross-site", Origin: "https://elsewhere" });
	if (method === "POST") headers["Content-Type"] = json ? JSON_TYPE : FORM_TYPE;
	const body = json ? JSON.stringify({ initiator: "201", destination: "301" }) : MINE;
	const secure = asker === "proxy";
	return app.request(
		path,
		{ method, headers, ...(method === "POST" && { body }) },
		{ peer: "192.0.2.7", secure },
	);
}

test("the table has every route of the application, and no other", () => {
	const { app, calls, live, clock, log } = world();
	const translate = () => ({ ok: false, code: "no-rule", reason: "" }) as const;
	const api = createApi({ calls, live, clock, log, translate });
	const routes = [...app.routes, ...api.routes]
		.filter(({ method, path }) => method !== "ALL" && !path.endsWith("*"))
		.map(({ method, path }) => `${method} ${path.replace(/\{(\w+)\}/g, ":$1")}`);
	expect([...new Set(routes)].toSorted()).toEqual(Object.keys(TABLE).toSorted());
});

test.each(Object.entries(TABLE))("%s answers as the table says", async (route, statuses) => {
	const answers: number[] = [];
	for (const asker of ASKERS) {
		const response = await ask(world(), asker, route);
		answers.push(response.status);
		await response.body?.cancel();
	}
	expect(answers.join(" ")).toBe(statuses);
});

test.each(["anna", "bert", "bound", "proxy"] as const)("%s never sees the call of zoe", async (asker) => {
	for (const route of ["/api/v1/calls", "/api/v1/history", "/api/v1/history.csv"]) {
		const text = await (await ask(world(), asker, `GET ${route}`)).text();
		expect(text).not.toContain("zoe");
	}
	if (asker === "bound") return;
	for (const route of ["/", "/history", "/history.csv", "/history/:id", "/admin"]) {
		const text = await (await ask(world(), asker, `GET ${route}`)).text();
		expect(text).not.toContain("zoe");
	}
});

test("calls that would be refused are not offered: to be called back, the destination would have to be one's own", async () => {
	const offered = async (asker: Asker): Promise<string[]> => {
		const text = await (await ask(world(), asker, "GET /history/:id")).text();
		return ["Call again", "Call back"].filter((button) => text.includes(button));
	};
	expect(await offered("admin")).toEqual(["Call again", "Call back"]);
	expect(await offered("anna")).toEqual(["Call again"]);
});

test("only who may see the administration page finds a link to it", async () => {
	const linked = async (asker: Asker, path: string): Promise<boolean> =>
		(await (await ask(world(), asker, `GET ${path}`)).text()).includes('href="/admin"');
	for (const path of ["/", "/history", "/history/:id"]) {
		expect(await linked("admin", path)).toBe(true);
		expect(await linked("anna", path)).toBe(false);
	}
	expect(await linked("anna", "/admin")).toBe(false);
});

test.each(["/live", "/api/v1/events"])(
	"the stream %s tells users nothing of the calls of others",
	async (route) => {
		const parts = world();
		const response = await ask(parts, "anna", `GET ${route}`);
		parts.calls.place({
			initiator: "zoe",
			destination: "302",
			anchor: false,
			origin: { via: "http", user: "carla" },
		});
		parts.calls.place({
			initiator: "201",
			destination: "303",
			anchor: false,
			origin: { via: "http", user: "carla" },
		});
		parts.clock.advance(1000);
		const reader = response.body?.getReader();
		let text = "";
		while (!text.includes("303")) text += new TextDecoder().decode((await reader?.read())?.value);
		await reader?.cancel();
		expect(text).toContain("201");
		expect(text).not.toContain("302");
		expect(text).not.toContain("zoe");
	},
);
