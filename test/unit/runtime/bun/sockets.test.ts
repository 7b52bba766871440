import { afterEach, expect, mock, spyOn, test } from "bun:test";
import { connectTcp, listenTcp, requestHttp } from "../../../../src/runtime/bun/sockets.ts";
import { sources } from "../../../support/sources.ts";

afterEach(() => {
	mock.restore();
});

/** What the runtime is given for a socket. */
interface Given {
	readonly socket: Bun.SocketHandler<unknown>;
}

/** Opens a connection by what the runtime was given. @returns what the connection is told. */
async function opened(given: Given | undefined): Promise<string[]> {
	const calls: string[] = [];
	const socket = { timeout: (seconds: number) => calls.push(`timeout ${seconds}`), data: calls };
	await given?.socket.open?.(socket as unknown as Bun.Socket<unknown>);
	return calls;
}

test("a connection that is accepted has no time-out of the runtime", async () => {
	let given: Given | undefined;
	spyOn(Bun, "listen").mockImplementation(((options: Given) => {
		given = options;
	}) as unknown as typeof Bun.listen);
	listenTcp<string[]>({
		hostname: "::",
		port: 0,
		socket: { open: ({ data }) => void data.push("open"), data: () => {} },
	});
	expect(await opened(given)).toEqual(["timeout 0", "open"]);
	expect(Object.keys(given?.socket ?? {}).sort()).toEqual(["data", "open"]);
});

test("a connection that we open has no time-out of the runtime, whether we hear of its opening or not", async () => {
	let given: Given | undefined;
	spyOn(Bun, "connect").mockImplementation(((options: Given) => {
		given = options;
	}) as unknown as typeof Bun.connect);
	void connectTcp<string[]>({ hostname: "::1", port: 1, socket: { data: () => {} } });
	expect(await opened(given)).toEqual(["timeout 0"]);
});

test("a request that we send has the limit of its signal alone, and follows no redirection", async () => {
	const fetched = spyOn(globalThis, "fetch").mockImplementation((() =>
		Promise.resolve(new Response())) as unknown as typeof fetch);
	const { signal } = new AbortController();
	await requestHttp("http://192.0.2.1/", { method: "POST", headers: {}, signal });
	expect<unknown>(fetched.mock.calls[0]?.[1]).toEqual({
		method: "POST",
		headers: {},
		signal,
		redirect: "manual",
		timeout: false,
	});
});

/** What opens a socket, a server or a request with time-outs that the runtime chooses. */
const DOORS =
	/\bBun\.(listen|connect|serve|redis|RedisClient|sql|SQL|s3)\b|(?<![.\w])fetch\(|\bnew (WebSocket|EventSource|XMLHttpRequest|RedisClient|SQL)\b|from "node:(http|https|http2|dgram)"|import \{[^}]*\b(connect|createConnection|createServer|Socket|Server)\b[^}]*\} from "node:(net|tls)"/;

test("every socket, server and request of the program goes through that door", () => {
	const files = sources();
	const doors = files.filter(({ code }) => DOORS.test(code)).map(({ path }) => path);
	expect(doors).toEqual([
		"runtime/bun/redis.ts",
		"runtime/bun/sockets.ts",
		"runtime/deno/requests.ts",
		"runtime/deno/sockets.ts",
	]);
	// A socket with this handler is called by the runtime.
	expect(files.filter(({ code }) => /\btimeout: \(?\w*\)? =>|\btimeout\(socket/.test(code))).toEqual([]);
});
