/** The interface for programs of the executable, as curl sees it. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CallJson, EventJson } from "../../src/live/call-json.ts";
import { SimulatedPhone } from "../../src/simulator/phone.ts";
import { ServerProcess } from "../support/server-process.ts";

const TOKEN = "5f1c0a8e9b7d4c6f8a21";
const PASSWORD = "correct horse";
const BEARER = ["-H", `Authorization: Bearer ${TOKEN}`];

let server: ServerProcess;
let phone: SimulatedPhone;
/** Holds a call for all of the tests, in which nothing happens. */
let quiet: { readonly phone: SimulatedPhone; readonly id: string; readonly stream: Following };

beforeAll(async () => {
	phone = await SimulatedPhone.start({ address: "127.0.0.1", port: 0, protocol: "UDP" });
	server = await ServerProcess.start({
		settings: { HttpAuth: 1, HttpAuthPwd: PASSWORD, HttpApiToken: TOKEN, LogLevel: "DEBUG" },
		lines: [
			"HttpApiToken = another-token-of-another-program",
			"TranslationPattern = ^(101|9055551234)$",
			`TranslationOutput = ${phone.uri("answer")}`,
		],
	});
	const holding = await SimulatedPhone.start({ address: "127.0.0.1", port: 0, protocol: "UDP" });
	const all = new Following(server, "/events");
	await all.says("event: snapshot");
	const { id } = await place(holding.uri("answer"), holding.uri("answer"));
	await all.until(({ call }) => call.result?.code === 200);
	all.leave();
	quiet = { phone: holding, id, stream: new Following(server, `/calls/${id}/events`) };
});

afterAll(async () => {
	await server.stop();
	await phone.stop();
	await quiet.phone.stop();
});

interface Answer {
	readonly status: number;
	readonly header: (name: string) => string;
	readonly body: string;
}

async function run(command: readonly string[], cwd?: string): Promise<string> {
	const process = Bun.spawn([...command], { stdout: "pipe", stderr: "inherit", ...(cwd && { cwd }) });
	return new Response(process.stdout).text();
}

const END_OF_BODY = "\n-- end of body --\n";

/** Asks as curl does. */
async function curl(path: string, ...options: string[]): Promise<Answer> {
	const url = `http://127.0.0.1:${server.httpPort}/api/v1${path}`;
	const text = await run(["curl", "-s", "-w", `${END_OF_BODY}%{http_code} %{header_json}`, ...options, url]);
	const [body = "", after = ""] = text.split(END_OF_BODY);
	const headers: Record<string, string[]> = JSON.parse(after.slice(4));
	const header = (name: string): string => (headers[name] ?? []).join(", ");
	return { status: Number(after.slice(0, 3)), header, body };
}

const order = (initiator: string, destination: string, anchor = true): string[] => [
	"--json",
	JSON.stringify({ initiator, destination, anchor }),
];

async function place(initiator: string, destination: string, ...options: string[]): Promise<CallJson> {
	const { status, body } = await curl("/calls", ...BEARER, ...options, ...order(initiator, destination));
	expect([status, body]).toEqual([201, expect.any(String)]);
	return JSON.parse(body);
}

/** Follows a stream of events with curl. */
class Following {
	readonly #curl: Bun.Subprocess<"ignore", "pipe", "inherit">;
	readonly #reader: { read(): Promise<{ done: boolean; value?: Uint8Array | undefined }> };
	/** What came, comments too. */
	text = "";
	readonly events: Exclude<EventJson, { kind: "refused" }>[] = [];
	#read = 0;

	constructor(server: ServerProcess, path: string, ...options: string[]) {
		const url = `http://127.0.0.1:${server.httpPort}/api/v1${path}`;
		this.#curl = Bun.spawn(["curl", "-sSN", ...BEARER, ...options, url], {
			stdin: "ignore",
			stdout: "pipe",
			stderr: "inherit",
		});
		this.#reader = this.#curl.stdout.getReader();
	}

	/** Reads until an event is as wanted; throws when the stream ends before. */
	async until(wanted: (event: Exclude<EventJson, { kind: "refused" }>) => boolean): Promise<void> {
		while (!this.events.some(wanted)) await this.#needMore();
	}

	/** Reads until the text is there; throws when the stream ends before. */
	async says(text: string): Promise<void> {
		while (!this.text.includes(text)) await this.#needMore();
	}

	/** Reads to the end. */
	async end(): Promise<void> {
		while (await this.#more());
	}

	/** The client goes away. */
	leave(): void {
		this.#curl.kill();
	}

	async #needMore(): Promise<void> {
		if (await this.#more()) return;
		const code = await this.#curl.exited;
		throw new Error(`curl ended with ${this.#curl.signalCode ?? code}: ${this.text}`);
	}

	async #more(): Promise<boolean> {
		const { done, value } = await this.#reader.read();
		this.text += new TextDecoder().decode(value);
		for (let end = this.#end(); end >= 0; end = this.#end()) {
			const [, kind, data = ""] = /^event: (\w+)\ndata: (.*)$/m.exec(this.text.slice(this.#read, end)) ?? [];
			if (kind !== undefined && kind !== "snapshot") this.events.push(JSON.parse(data));
			this.#read = end + 2;
		}
		return !done;
	}

	/** Where the next event is complete; negative when it is not. */
	#end(): number {
		return this.text.indexOf("\n\n", this.#read);
	}
}

describe("a call", () => {
	test("is placed, followed while it is set up, hung up, and found in the history", async () => {
		const all = new Following(server, "/events");
		await all.says("event: snapshot");
		const { id } = await place("101", phone.uri("answer+2"));
		const stream = new Following(server, `/calls/${id}/events`);
		await stream.says("event: ");
		await all.until(({ kind, call }) => kind === "result" && call.id === id && call.result?.code === 200);
		const { body, status } = await curl(`/calls/${id}`, ...BEARER);
		expect(status).toBe(200);
		expect(JSON.parse(body)).toMatchObject({
			id,
			way: "anchor",
			state: "connected",
			initiator: { address: "101", uri: phone.uri("answer"), state: "answered" },
			destination: { address: phone.uri("answer+2"), state: "answered" },
			origin: { via: "http", peer: "127.0.0.1", user: "token" },
		});
		const hungUp = await curl(`/calls/${id}`, ...BEARER, "-X", "DELETE");
		expect(hungUp.status).toBe(202);
		expect(JSON.parse(hungUp.body)).toMatchObject({ state: "ended", endedBy: "operator" });
		await stream.end();
		expect(stream.text).toStartWith("retry: 1000\nid: ");
		expect(stream.events.at(-1)).toMatchObject({ kind: "state", call: { id, state: "ended" } });
		await phone.idle();
		expect(phone.faults).toEqual([]);

		const told = all.events.filter(({ call }) => call.id === id);
		const numbers = all.events.map(({ number }) => number);
		expect(numbers).toEqual(numbers.map((_number, index) => (numbers[0] ?? 0) + index));
		expect(told[0]?.kind).toBe("placed");
		expect(told.flatMap(({ result }) => (result ? [`${result.code} ${result.leg}`] : []))).toEqual(
			expect.arrayContaining(["200 Initiator", "200 Destination"]),
		);
		all.leave();

		expect((await curl(`/calls/${id}`, ...BEARER, "-X", "DELETE")).status).toBe(409);
		const past = async (): Promise<CallJson | undefined> =>
			JSON.parse((await curl("/history?text=answer%2B2", ...BEARER)).body).calls[0];
		let found = await past();
		while (found?.state !== "ended") found = await past();
		expect(found).toMatchObject({ id, result: { code: 200 }, endedBy: "operator" });
		const details = JSON.parse((await curl(`/history/${id}`, ...BEARER)).body);
		expect(details.steps.map(({ state }: { state?: string }) => state)).toContain("connected");
		const csv = await curl("/history.csv?way=anchor", ...BEARER);
		expect(csv.header("content-type")).toStartWith("text/csv;");
		expect(csv.body).toContain(id);
	});

	test("that a phone refuses ends with its code", async () => {
		const { id } = await place(phone.uri("busy"), "101");
		const stream = new Following(server, `/calls/${id}/events`);
		await stream.end();
		const { body } = await curl(`/calls/${id}`, ...BEARER);
		expect(JSON.parse(body)).toMatchObject({ state: "ended", result: { code: 486, leg: "Initiator" } });
		await phone.idle();
	});

	test("who comes back to its events gets what was missed", async () => {
		const first = new Following(server, "/events");
		await first.says("event: snapshot");
		const [, last = ""] = /^id: (.*)$/m.exec(first.text) ?? [];
		first.leave();
		const { id } = await place("101", "9055551234");
		const second = new Following(server, "/events", "-H", `Last-Event-ID: ${last}`);
		await second.until(({ call }) => call.id === id && call.state === "connected");
		expect(second.events[0]).toMatchObject({ kind: "placed", call: { id } });
		expect(second.text).not.toContain("event: snapshot");
		second.leave();
		await curl(`/calls/${id}`, ...BEARER, "-X", "DELETE");
		await phone.idle();
	});

	test("is placed once for an Idempotency-Key", async () => {
		const key = ["-H", "Idempotency-Key: order-1"];
		const before = phone.calls.length;
		const first = await place("101", phone.uri("busy"), ...key);
		expect(await place("101", phone.uri("busy"), ...key)).toEqual(first);
		const other = await curl("/calls", ...BEARER, ...key, ...order("101", "9055551234"));
		expect(other.status).toBe(422);
		expect(JSON.parse(other.body)).toMatchObject({ errors: [{ field: "Idempotency-Key" }] });
		const stream = new Following(server, `/calls/${first.id}/events`);
		await stream.end();
		await phone.idle();
		expect(phone.calls.slice(before).filter(({ user }) => user === "answer")).toHaveLength(1);
	});
});

describe("who is let in", () => {
	test("nobody without a token or the password; both are asked for", async () => {
		const { status, header, body } = await curl("/calls");
		expect(status).toBe(401);
		expect(header("www-authenticate")).toMatch(/Digest .*Digest .*Bearer realm="ClickToCall"/);
		expect(header("content-type")).toBe("application/problem+json");
		expect(JSON.parse(body)).toMatchObject({ status: 401 });
	});

	test("who shows any of the tokens, or the password", async () => {
		const show = (token: string) => curl("/calls", "-H", `Authorization: Bearer ${token}`);
		expect((await show(TOKEN)).status).toBe(200);
		expect((await show("another-token-of-another-program")).status).toBe(200);
		expect((await show(`${TOKEN.slice(0, -1)}2`)).status).toBe(401);
		expect((await curl("/calls", "--digest", "-u", `admin:${PASSWORD}`)).status).toBe(200);
		expect((await curl("/calls", "--digest", "-u", "admin:wrong")).status).toBe(401);
		expect((await curl("/calls", "--basic", "-u", `admin:${PASSWORD}`)).status).toBe(401);
	});

	test("who places a call by the password is named in it", async () => {
		const digest = ["--digest", "-u", `admin:${PASSWORD}`];
		const { status, body } = await curl("/calls", ...digest, ...order("101", phone.uri("busy")));
		expect(status).toBe(201);
		expect(JSON.parse(body)).toMatchObject({ origin: { via: "http", user: "admin" } });
		await new Following(server, `/calls/${JSON.parse(body).id}/events`).end();
		await phone.idle();
	});

	test("not the page of another site, whatever it shows", async () => {
		const before = phone.calls.length;
		for (const header of ["Origin: https://evil.example", "Sec-Fetch-Site: cross-site"]) {
			const placing = await curl("/calls", ...BEARER, "-H", header, ...order("101", "101"));
			expect(placing.status).toBe(403);
			const ending = await curl(`/calls/${quiet.id}`, ...BEARER, "-H", header, "-X", "DELETE");
			expect(ending.status).toBe(403);
		}
		expect(phone.calls).toHaveLength(before);
	});

	test("and the log shows no token", async () => {
		await server.says(/gave a wrong token/);
		expect(server.output).not.toContain(TOKEN.slice(0, -1));
		expect(server.output).not.toContain("another-token");
	});
});

describe("mistakes", () => {
	test("are problem documents that name the field", async () => {
		const post = (json: string) => curl("/calls", ...BEARER, "--json", json);
		const refused = await post('{"initiator":"101","destination":"101","anker":true}');
		expect(refused.header("content-type")).toBe("application/problem+json");
		expect(JSON.parse(refused.body)).toMatchObject({
			status: 400,
			errors: [{ field: "anker", problem: "is unknown" }],
		});
		const { status, body } = await post('{"initiator":"101","destination":"no number"}');
		expect(status).toBe(400);
		expect(JSON.parse(body).detail).toStartWith("No translation rule");
	});

	test("are told in the words of HTTP, too", async () => {
		expect((await curl("/nothing", ...BEARER)).status).toBe(404);
		const put = await curl("/calls", ...BEARER, "-X", "PUT");
		expect(put.status).toBe(405);
		expect(put.header("allow")).toBe("POST, GET, HEAD");
		expect((await curl("/calls", ...BEARER, "-d", "initiator=101")).status).toBe(415);
		const large = JSON.stringify({ initiator: "1".repeat(20_000) });
		expect((await curl("/calls", ...BEARER, "--json", large)).status).toBe(413);
		const chunked = ["--json", large, "-H", "Transfer-Encoding: chunked"];
		expect((await curl("/calls", ...BEARER, ...chunked)).status).toBe(413);
	});
});

test("the example in docs/api.md runs as it stands there", async () => {
	const page = readFileSync(join(import.meta.dir, "../../docs/api.md"), "utf8");
	const [, script = ""] = /# Interface for programs.*?```sh\n(.*?)```/s.exec(page) ?? [];
	expect(script).toContain("/history.csv");
	const folder = mkdtempSync(join(tmpdir(), "api-example-"));
	const here = script
		.replaceAll("YOUR-OWN-API-TOKEN", TOKEN)
		.replaceAll("localhost:5090", `127.0.0.1:${server.httpPort}`)
		// A failure ends the script; what is refused counts as one.
		.replaceAll("curl -s", "curl -s --fail-with-body");
	const said = await run(["bash", "-euc", `${here}\necho done`], folder);
	expect(said).toEndWith("done\n");
	expect(said).toContain('"address":"101"');
	expect(said).toContain("event: ");
	expect(said).toContain('"endedBy":"operator"');
	expect(JSON.parse(readFileSync(join(folder, "answer.json"), "utf8"))).toMatchObject({ way: "anchor" });
	expect(readFileSync(join(folder, "calls.csv"), "utf8").split("\r\n")[0]).toContain("initiator");
	rmSync(folder, { recursive: true });
	await phone.idle();
});

test("a stream in which nothing happens is kept open, with a comment each 15 s, until the call ends", async () => {
	const { stream, id } = quiet;
	await stream.says("\n\n: alive\n\n");
	await curl(`/calls/${id}`, ...BEARER, "-X", "DELETE");
	await stream.end();
	expect(stream.events.at(-1)).toMatchObject({ call: { state: "ended", endedBy: "operator" } });
	await quiet.phone.idle();
});

test("streams end when the server stops, and do not hold it", async () => {
	const another = await ServerProcess.start();
	const stream = new Following(another, "/events");
	await stream.says("event: snapshot");
	await another.stop();
	await stream.end();
});
