import { expect, test } from "bun:test";
import {
	addressOf,
	collectGarbage,
	hashText,
	isExecutable,
	listenTcp,
	openCLibrary,
	requestHttp,
	shrinkMemory,
	textWidth,
} from "#runtime";

test.each([
	["", 0],
	["plain", 5],
	["Grüße", 5],
	["e\u0301", 1],
	["日本", 4],
	["👍", 2],
])("%s takes its columns", (text, columns) => {
	expect(textWidth(text)).toBe(columns);
});

test("equal texts have equal hashes, others have not", () => {
	expect(hashText("abc".repeat(100))).toBe(hashText("abc".repeat(100)));
	const texts = Array.from({ length: 1000 }, (_, index) => `call ${index}`);
	expect(new Set(texts.map(hashText)).size).toBe(1000);
});

test("the C library is called with numbers, octets and their addresses", () => {
	const library = openCLibrary({
		getpid: { args: [], returns: "i32" },
		memcpy: { args: ["bytes", "u64", "u64"], returns: "i64" },
	});
	expect(library.symbols.getpid()).toBe(process.pid);
	const from = new Uint8Array([1, 2, 3, 4]);
	const to = new Uint8Array(4);
	library.symbols.memcpy(to, addressOf(from, 1), 3n);
	expect([...to]).toEqual([2, 3, 4, 0]);
	library.close();
});

test("memory can be given back, and tests are no executable", () => {
	collectGarbage();
	shrinkMemory(2 ** 30);
	expect(isExecutable()).toBe(false);
});

test("a request follows no redirection, and ends with its signal's reason", async () => {
	const answer = "HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 4\r\n\r\nbody";
	const asked: string[] = [];
	const socket = {
		data: (connection: { write(text: string): number }, bytes: Buffer) => {
			asked.push(bytes.toString());
			if (asked.length === 1) connection.write(answer);
		},
	};
	const listener = listenTcp({ hostname: "127.0.0.1", port: 0, socket });
	const url = `http://127.0.0.1:${listener.port}/path?query`;
	const headers = { "X-Name": "value", Connection: "close" };
	const { signal } = new AbortController();
	const response = await requestHttp(url, { method: "POST", headers, body: "sent", signal });
	expect(response.status).toBe(302);
	expect(response.headers.get("location")).toBe("/elsewhere");
	expect(await response.text()).toBe("body");
	expect(asked[0]).toMatch(/^POST \/path\?query HTTP\/1\.1\r\n[\s\S]*X-Name: value[\s\S]*sent$/i);
	const controller = new AbortController();
	const silent = requestHttp(url, { method: "GET", headers, signal: controller.signal });
	controller.abort(new DOMException("no answer", "TimeoutError"));
	expect(await silent.catch((error: unknown) => error)).toMatchObject({ name: "TimeoutError" });
	listener.stop(true);
});
