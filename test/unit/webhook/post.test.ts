import { afterAll, beforeAll, expect, test } from "bun:test";
import { postOverHttp } from "../../../src/webhook/post.ts";

const paths: string[] = [];
let server: Bun.Server<undefined>;

beforeAll(() => {
	server = Bun.serve({
		hostname: "127.0.0.1",
		port: 0,
		development: false,
		fetch: (request) => {
			const { pathname } = new URL(request.url);
			paths.push(`${request.method} ${pathname}`);
			if (pathname === "/moved") return Response.redirect("/elsewhere", 307);
			if (pathname === "/busy") return new Response("", { status: 429, headers: { "Retry-After": "7" } });
			// It never ends.
			if (pathname === "/long") return new Response(new ReadableStream({ pull: (to) => to.enqueue("x") }));
			return new Promise<Response>(() => {});
		},
	});
});

afterAll(() => server.stop(true));

function post(path: string, signal = new AbortController().signal) {
	return postOverHttp({ url: `http://127.0.0.1:${server.port}${path}`, headers: {}, body: "{}", signal });
}

test("a redirection is an answer, and nobody goes there", async () => {
	expect(await post("/moved")).toMatchObject({ status: 307 });
	expect(paths).toEqual(["POST /moved"]);
});

test("an answer tells when to come again", async () => {
	expect(await post("/busy")).toEqual({ status: 429, retryAfter: "7" });
});

test("of an answer no more is read than its status", async () => {
	expect(await post("/long")).toMatchObject({ status: 200 });
});

test("who is aborted gets no answer", async () => {
	const abort = new AbortController();
	const waiting = post("/silent", abort.signal);
	abort.abort();
	await expect(waiting).rejects.toThrow();
});

test("where nobody listens there is no answer", async () => {
	const url = "http://127.0.0.1:1/";
	const { signal } = new AbortController();
	await expect(postOverHttp({ url, headers: {}, body: "{}", signal })).rejects.toThrow();
});
