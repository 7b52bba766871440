import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { HttpError } from "../../../../src/http/wire/head.ts";
import {
	type IncomingRequest,
	MAX_BODY,
	MAX_HEAD,
	RequestReader,
} from "../../../../src/http/wire/request-reader.ts";
import { StreamedBody } from "../../../../src/http/wire/streamed-body.ts";
import { bytes, text } from "../../xml/support.ts";

const GET = "GET /a HTTP/1.1\r\nHost: box\r\n\r\n";
const POST = "POST /b HTTP/1.1\r\nHost: box\r\nContent-Length: 4\r\n\r\n\r\nxy";
const CHUNKED =
	"PUT /c HTTP/1.1\r\nHost: box\r\nTransfer-Encoding: chunked\r\n\r\n" +
	"3\r\nabc\r\nA ;note=1\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\n";

function bodyOf({ body }: IncomingRequest): string {
	if (body instanceof StreamedBody) throw new Error("expected a body that was read whole");
	return text(body);
}

/** What came out, in short: method, path and body, or `!` and the status of the refusal. */
function requests(reader: RequestReader, chunk: string | Uint8Array): string[] {
	reader.push(typeof chunk === "string" ? bytes(chunk) : chunk);
	const found: string[] = [];
	try {
		for (let next = reader.next(); next; next = reader.next())
			found.push(`${next.head.method} ${new URL(next.head.url).pathname} ${bodyOf(next)}`);
	} catch (error) {
		if (!(error instanceof HttpError)) throw error;
		found.push(`!${error.status}`);
	}
	return found;
}

const read = (stream: string): string[] => requests(new RequestReader("box"), stream);

describe("RequestReader", () => {
	test("cuts a stream into requests, with empty lines between them", () => {
		expect(read(`${GET}\r\n${POST}${CHUNKED}\r\n\r\n${GET}`)).toEqual([
			"GET /a ",
			"POST /b \r\nxy",
			"PUT /c abc0123456789",
			"GET /a ",
		]);
	});

	test("any split of a stream gives the same requests", () => {
		const stream = bytes(GET + POST + CHUNKED + GET + CHUNKED);
		const whole = read(GET + POST + CHUNKED + GET + CHUNKED);
		fc.assert(
			fc.property(fc.array(fc.nat(stream.length), { maxLength: 20 }), (cuts) => {
				const reader = new RequestReader("box");
				const edges = [0, ...cuts, stream.length].sort((a, b) => a - b);
				const found = edges.flatMap((edge, i) =>
					requests(reader, stream.subarray(edge, edges[i + 1] ?? edge)),
				);
				expect(found).toEqual(whole);
				expect(reader.partial).toBe(false);
			}),
		);
	});

	test("says when the client waits for the word to go on", () => {
		const reader = new RequestReader("box");
		const head = "POST / HTTP/1.1\r\nHost: box\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n";
		expect(requests(reader, head)).toEqual([]);
		expect(reader.waitsForContinue).toBe(true);
		expect(requests(reader, "ok")).toEqual(["POST / ok"]);
		expect(reader.waitsForContinue).toBe(false);
	});

	const long = (octets: number) => {
		const start = "GET / HTTP/1.1\r\nHost: box\r\nX: ";
		return `${start}${"x".repeat(octets - start.length - 4)}\r\n\r\n`;
	};
	test.each<[string, string, string]>([
		["a head of 16 KiB is read", long(MAX_HEAD), "GET / "],
		["a longer one is not", long(MAX_HEAD + 1), "!431"],
		["nor one without end", "x".repeat(MAX_HEAD + 1), "!431"],
		[
			"a body over 64 KiB is refused before it comes",
			`POST / HTTP/1.1\r\nHost: box\r\nContent-Length: ${MAX_BODY + 1}\r\n\r\n`,
			"!413",
		],
		["chunks over 64 KiB are, too", `${CHUNKED.slice(0, CHUNKED.indexOf("0\r\nT"))}FFFF\r\n`, "!413"],
		["a size that is none", CHUNKED.replace("3\r\n", "3x\r\n"), "!400"],
		["a chunk that goes on", CHUNKED.replace("abc", "abcd"), "!400"],
		["a size that is too long", CHUNKED.replace("3\r\n", `3;${"x".repeat(2000)}\r\n`), "!400"],
		["trailers without end", CHUNKED.replace("Trailer", "Trailer: x\r\n".repeat(200)), "!431"],
		["the first bytes of TLS", "\x16\x03\x01\x02", "!400"],
		["a blank where a method is due", ` ${GET}`, "!400"],
		["a line without CR", GET.replace("\r\n", "\n"), "!400"],
		["a head that ends without CR", GET.replace("\r\n\r\n", "\r\n\n"), "!400"],
		["a chunk's line without CR", CHUNKED.replace("3\r\n", "3\n"), "!400"],
	])("%s", (_, stream, last) => {
		expect(read(stream).at(-1)).toBe(last);
	});
});
