import { afterAll, beforeAll, expect, test } from "bun:test";
import { Validator } from "@seriousme/openapi-schema-validator";
import { createApi } from "../../../src/api/api.ts";
import { HistoryBench } from "../history/support.ts";
import { DocumentJudge, readDocument } from "./document.ts";
import { EventReader } from "./event-reader.ts";
import { setUp } from "./support.ts";

const TOKEN = "0123456789abcdef";
const ORDER = { initiator: "201", destination: "301" };

let bench: HistoryBench;

beforeAll(async () => {
	bench = new HistoryBench();
	bench.place({}, "past").connect().enter("ended", "because", "initiator");
	bench.place({}, "failed").fail(503, "Initiator");
	bench.refuse({ initiator: "refused" });
	await bench.history.flush();
});

afterAll(() => bench.remove());

/** The interface with a call in progress, one that has just ended, and a history. */
async function world({ kept = true, tokens = [{ token: TOKEN }] } = {}) {
	const { app, calls, live } = setUp({ tokens, ...(kept && { history: bench.history }) });
	const ask = async (path: string, method = "GET", headers: Record<string, string> = {}, body?: unknown) =>
		app.request(
			`/api/v1${path}`,
			{
				method,
				headers: { Authorization: `Bearer ${TOKEN}`, "Content-Type": "application/json", ...headers },
				...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
			},
			{ peer: "192.0.2.7" },
		);
	const place = (headers: Record<string, string> = {}, body: unknown = ORDER) =>
		ask("/calls", "POST", headers, body);
	await place();
	await place();
	calls.hangUp("call2");
	return { ask, place, calls, live };
}

type World = Awaited<ReturnType<typeof world>>;

const NO_TOKEN = { Authorization: "Bearer another-token-here" };
const FOREIGN = { "Sec-Fetch-Site": "cross-site" };
/** A browser comes by a name that the box does not know, and needs no password. */
const strange = (path: string) => async () =>
	(await world({ tokens: [] })).ask(path, "GET", { "Accept-Language": "en", Host: "box.example.net" });
const get =
	(path: string, headers: Record<string, string> = {}) =>
	({ ask }: World) =>
		ask(path, "GET", headers);
const hangUp =
	(id: string, headers: Record<string, string> = {}) =>
	({ ask }: World) =>
		ask(`/calls/${id}`, "DELETE", headers);

/** Asks when all streams that there may be are open. */
const whenBusy = (path: string) => async (w: World) => {
	const open: Response[] = [];
	for (let count = 0; count < 200; count += 1) open.push(await w.ask("/events"));
	const response = await w.ask(path);
	for (const stream of open) await stream.body?.cancel();
	return response;
};

const CASES: [string, number, (world: World) => Promise<Response>][] = [
	["placeCall", 201, ({ place }) => place()],
	["placeCall", 400, ({ place }) => place({}, { ...ORDER, anker: true })],
	["placeCall", 401, ({ place }) => place(NO_TOKEN)],
	["placeCall", 403, ({ place }) => place(FOREIGN)],
	[
		"placeCall",
		409,
		async ({ calls, place }) => {
			calls.refusal = { code: 503, text: "Too many calls", final: true };
			const [, second] = await Promise.all([1, 2].map(() => place({ "Idempotency-Key": "k" })));
			return second as Response;
		},
	],
	["placeCall", 413, ({ place }) => place({}, " ".repeat(16_385))],
	["placeCall", 415, ({ place }) => place({ "Content-Type": "text/plain" })],
	[
		"placeCall",
		422,
		async ({ place }) => {
			await place({ "Idempotency-Key": "k" });
			return place({ "Idempotency-Key": "k" }, { ...ORDER, anchor: true });
		},
	],
	[
		"placeCall",
		503,
		async ({ place, calls }) => {
			calls.refusal = { code: 503, text: "Too many calls", final: true };
			return place();
		},
	],
	["listCalls", 200, get("/calls?ended=true")],
	["listCalls", 400, get("/calls?ended=maybe")],
	["listCalls", 401, get("/calls", NO_TOKEN)],
	["listCalls", 403, strange("/calls")],
	["showCall", 200, get("/calls/call1")],
	["showCall", 200, get("/calls/past")],
	["showCall", 401, get("/calls/call1", NO_TOKEN)],
	["showCall", 403, strange("/calls/call1")],
	["showCall", 404, get("/calls/nobody")],
	["hangUp", 202, hangUp("call1")],
	["hangUp", 401, hangUp("call1", NO_TOKEN)],
	["hangUp", 403, hangUp("call1", FOREIGN)],
	["hangUp", 404, hangUp("nobody")],
	["hangUp", 409, hangUp("call2")],
	["hangUp", 409, hangUp("past")],
	["followCalls", 200, get("/events")],
	["followCalls", 401, get("/events", NO_TOKEN)],
	["followCalls", 403, strange("/events")],
	["followCalls", 503, whenBusy("/events")],
	["followCall", 200, get("/calls/call1/events")],
	[
		"followCall",
		204,
		async ({ ask, live, calls }) => {
			const stream = await ask("/events");
			calls.hangUp("call1");
			const response = await ask("/calls/call1/events", "GET", {
				"Last-Event-ID": `${live.run}.${live.latest}`,
			});
			await stream.body?.cancel();
			return response;
		},
	],
	["followCall", 401, get("/calls/call1/events", NO_TOKEN)],
	["followCall", 403, strange("/calls/call1/events")],
	["followCall", 404, get("/calls/nobody/events")],
	["followCall", 503, whenBusy("/calls/call1/events")],
	["searchHistory", 200, get("/history?limit=2")],
	["searchHistory", 400, get("/history?from=yesterday")],
	["searchHistory", 401, get("/history", NO_TOKEN)],
	["searchHistory", 403, strange("/history")],
	["searchHistory", 503, async () => (await world({ kept: false })).ask("/history")],
	["showPastCall", 200, get("/history/past")],
	["showPastCall", 401, get("/history/past", NO_TOKEN)],
	["showPastCall", 403, strange("/history/past")],
	["showPastCall", 404, get("/history/nobody")],
	["showPastCall", 503, async () => (await world({ kept: false })).ask("/history/past")],
	["exportHistory", 200, get("/history.csv")],
	["exportHistory", 400, get("/history.csv?result=7")],
	["exportHistory", 401, get("/history.csv", NO_TOKEN)],
	["exportHistory", 403, strange("/history.csv")],
	["exportHistory", 503, async () => (await world({ kept: false })).ask("/history.csv")],
	["translate", 200, get("/translate?address=201")],
	["translate", 400, get("/translate")],
	["translate", 401, get("/translate?address=201", NO_TOKEN)],
	["translate", 403, strange("/translate?address=201")],
	["translate", 422, get("/translate?address=nobody")],
];

/** Who shows wrong tokens again and again has to wait. */
const GUESSES = CASES.filter(([, status]) => status === 401).map(
	([operationId, , guess]): (typeof CASES)[number] => [
		operationId,
		429,
		async (w) => {
			for (let wrong = 0; wrong < 11; wrong += 1) await guess(w);
			return guess(w);
		},
	],
);
CASES.push(...GUESSES);

test("the document is one of OpenAPI 3.1", async () => {
	const document = await readDocument();
	expect(document.openapi).toBe("3.1.0");
	const result = await new Validator().validate({ ...document });
	expect(result.errors ?? []).toEqual([]);
	expect(result.valid).toBe(true);
});

test("every route is in it, and nothing else", async () => {
	const { calls, live, clock, log } = setUp();
	const api = createApi({
		calls,
		live,
		clock,
		log,
		translate: () => ({ ok: false, code: "no-rule", reason: "" }),
	});
	const routes = api.routes
		.filter(({ method, path }) => method !== "ALL" && !path.endsWith("/openapi.json"))
		.map(({ method, path }) => `${method} ${path.replace(/:(\w+)/g, "{$1}")}`);
	const { paths } = await readDocument();
	const documented = Object.entries(paths).flatMap(([path, operations]) =>
		Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
	);
	expect(documented.toSorted()).toEqual([...new Set(routes)].toSorted());
});

test("every status that it names is tried here", async () => {
	const { operations } = new DocumentJudge(await readDocument());
	const named = [...operations.values()].flatMap(({ operationId, responses }) =>
		Object.keys(responses).map((status) => `${operationId} ${status}`),
	);
	const tried = new Set(CASES.map(([operationId, status]) => `${operationId} ${status}`));
	expect(named.toSorted()).toEqual([...tried].toSorted());
});

test.each(CASES)("%s answers %i as the document says", async (operationId, status, ask) => {
	const judge = new DocumentJudge(await readDocument());
	const response = await ask(await world());
	expect(response.status).toBe(status);
	await judge.judge(operationId, response);
});

test("the events of a stream are as the document says", async () => {
	const judge = new DocumentJudge(await readDocument());
	const { ask, place, calls } = await world();
	const reader = new EventReader(await ask("/events"));
	judge.fits("Snapshot", JSON.parse((await reader.next())?.data ?? ""));
	calls.result("call1", 180, "Initiator");
	calls.hangUp("call1");
	calls.refusal = { code: 503, text: "Too many calls", final: true };
	await place();
	const kinds: (string | undefined)[] = [];
	for (let count = 0; count < 4; count += 1) {
		const sent = await reader.next();
		judge.fits("Event", JSON.parse(sent?.data ?? ""));
		kinds.push(sent?.event);
	}
	expect(kinds).toEqual(["result", "result", "state", "refused"]);
	await reader.close();
});

test("a field that the document does not name would be noticed", async () => {
	const judge = new DocumentJudge(await readDocument());
	expect(() => judge.fits("Result", { code: 200, text: "OK" })).not.toThrow();
	expect(() => judge.fits("Result", { code: 200, text: "OK", reason: "x" })).toThrow("reason");
	expect(() => judge.fits("Snapshot", { calls: [{ id: "1" }] })).toThrow("state");
});

test("the document names the server as the client has found it", async () => {
	const { app } = setUp();
	const serverOf = async (bindings: object): Promise<unknown> => {
		const headers = { Host: "box.example:5090" };
		const response = await app.request(
			"/api/v1/openapi.json",
			{ headers },
			{ peer: "192.0.2.7", ...bindings },
		);
		return ((await response.json()) as { readonly servers: unknown }).servers;
	};
	expect(await serverOf({})).toEqual([{ url: "http://box.example:5090" }]);
	const proxied = { secure: true, host: "ctc.example.com", prefix: "/ctc" };
	expect(await serverOf(proxied)).toEqual([{ url: "https://ctc.example.com/ctc" }]);
});

test("the document describes webhooks, ranges, and what may be left out", async () => {
	const document = JSON.parse(JSON.stringify(await readDocument()));
	expect(document.webhooks.callEvent.post.requestBody.content["application/json"].schema).toEqual({
		$ref: "#/components/schemas/Event",
	});
	const { NewCall, Result } = document.components.schemas;
	expect(NewCall.required).toEqual(["initiator", "destination"]);
	expect(NewCall.properties.anchor).not.toHaveProperty("default");
	expect(Result.properties.code).toMatchObject({ minimum: 100, maximum: 699 });
	const parameters: { readonly name: string; readonly schema: object }[] =
		document.paths["/api/v1/history"].get.parameters;
	const schemaOf = (name: string) => parameters.find((parameter) => parameter.name === name)?.schema;
	expect(schemaOf("limit")).toMatchObject({ type: "integer", minimum: 1, maximum: 500, default: 50 });
	expect(schemaOf("result")).toMatchObject({ type: "string", enum: ["2", "3", "4", "5", "6"] });
});
