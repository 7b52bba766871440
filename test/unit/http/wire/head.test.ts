import { describe, expect, test } from "bun:test";
import { HttpError, readHead } from "../../../../src/http/wire/head.ts";

const read = (...lines: string[]) => readHead(lines.join("\r\n"), "192.0.2.1:5090");

/** The status of the refusal. */
function refused(...lines: string[]): number | undefined {
	try {
		read(...lines);
		return undefined;
	} catch (error) {
		if (error instanceof HttpError) return error.status;
		throw error;
	}
}

describe("a head", () => {
	test("tells the method, the target and the fields", () => {
		const head = read(
			"POST /calls?a=b HTTP/1.1",
			"Host: box:5090",
			"X-One:\t1 ",
			"x-one: 2",
			"Content-Length: 7",
		);
		expect(head).toMatchObject({
			method: "POST",
			url: "http://box:5090/calls?a=b",
			minor: 1,
			persistent: true,
		});
		expect(head.headers.get("X-One")).toBe("1, 2");
		expect(head.body).toEqual({ kind: "octets", octets: 7 });
	});

	test("of HTTP/1.0 needs no Host", () => {
		expect(read("GET /readyz HTTP/1.0")).toMatchObject({
			url: "http://192.0.2.1:5090/readyz",
			minor: 0,
			persistent: false,
		});
		expect(read("GET / HTTP/1.0", "Host: box")).toMatchObject({ url: "http://box/" });
	});

	test("of a later HTTP/1 is read as HTTP/1.1", () => {
		expect(read("GET / HTTP/1.9", "Host: box")).toMatchObject({ minor: 1 });
	});

	test("may name the host in its target, which counts more than Host", () => {
		const head = read("GET http://other:80?x HTTP/1.1", "Host: box");
		expect(head.url).toBe("http://other:80/?x");
		expect(head.headers.get("Host")).toBe("other:80");
		expect(read("GET http://other/path HTTP/1.1", "Host: box").url).toBe("http://other/path");
	});

	test.each([
		["UTF-8", Buffer.from("/calls?a=Müller", "utf8").toString("latin1"), "M%C3%BCller"],
		["Latin-1", "/calls?a=Müller", "M%C3%BCller"],
		["percent-encoded UTF-8", "/calls?a=M%C3%BCller", "M%C3%BCller"],
	])("may have a name beyond ASCII in its target: %s", (_, target, expected) => {
		const { url } = read(`GET ${target} HTTP/1.1`, "Host: box");
		expect(new URL(url).href).toBe(`http://box/calls?a=${expected}`);
	});

	test("asks for the server as a whole, or for a tunnel", () => {
		expect(read("OPTIONS * HTTP/1.1", "Host: box").url).toBe("http://box/");
		expect(read("CONNECT other:443 HTTP/1.1", "Host: box").method).toBe("CONNECT");
	});

	test.each<[string, string[], boolean]>([
		["1.1", [], true],
		["1.1", ["Connection: close"], false],
		["1.1", ["Connection: TE, Close"], false],
		["1.0", [], false],
		["1.0", ["Connection: Keep-Alive"], true],
	])("of HTTP/%s with %j: more requests may follow: %p", (version, fields, persistent) => {
		expect(read(`GET / HTTP/${version}`, "Host: box", ...fields)).toMatchObject({ persistent });
	});

	test("tells whether the client waits before it sends the body", () => {
		const expecting = ["Host: box", "Expect: 100-Continue", "Content-Length: 1"];
		expect(read("POST / HTTP/1.1", ...expecting).expectsContinue).toBe(true);
		expect(read("POST / HTTP/1.0", ...expecting).expectsContinue).toBe(false);
		expect(refused("POST / HTTP/1.1", "Host: box", "Expect: more")).toBe(417);
	});

	test.each<[number, string[]]>([
		[400, ["GET /"]],
		[400, ["GET  / HTTP/1.1", "Host: box"]],
		[400, ["G(T / HTTP/1.1", "Host: box"]],
		[400, ["GET index.html HTTP/1.1", "Host: box"]],
		[400, ["GET http://user@box/ HTTP/1.1", "Host: box"]],
		[400, ["GET / HTTP/1.1"]],
		[400, ["GET / HTTP/1.1", "Host: one", "Host: two"]],
		[400, ["GET / HTTP/1.0", "Host: one", "host: one"]],
		[400, ["GET / HTTP/1.1", "Host: a/b"]],
		[400, ["GET / HTTP/1.1", "Host: box:99999"]],
		[400, ["GET / HTTP/1.1", "Host : box"]],
		[400, ["GET / HTTP/1.1", "Host: box", " folded: x"]],
		[400, ["GET / HTTP/1.1", "Host: box", "no colon"]],
		[400, ["GET / HTTP/1.1", "Host: box", "X: a\rb"]],
		[400, ["GET / HTTP/1.1", "Host: box", "X: a\0b"]],
		[400, ["GET / HTTP/1.1", "Host: box", "Content-Length: -1"]],
		[400, ["GET / HTTP/1.1", "Host: box", "Content-Length: 1", "Content-Length: 2"]],
		[400, ["GET / HTTP/1.1", "Host: box", "Content-Length: 1", "Transfer-Encoding: chunked"]],
		[400, ["GET / HTTP/1.0", "Transfer-Encoding: chunked"]],
		[400, ["GET / HTTP/1.1", "Host: box", "Content-Length: 1\xa0"]],
		[501, ["GET / HTTP/1.1", "Host: box", "Transfer-Encoding: chunked\xa0"]],
		[501, ["GET / HTTP/1.1", "Host: box", "Transfer-Encoding: gzip, chunked"]],
		[431, ["GET / HTTP/1.1", "Host: box", ...new Array(100).fill("X: y")]],
		[505, ["GET / HTTP/2.0", "Host: box"]],
	])("is refused with %i: %j", (status, lines) => {
		expect(refused(...lines)).toBe(status);
	});
});
