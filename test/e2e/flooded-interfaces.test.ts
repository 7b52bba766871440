/** Who sends far more than can be answered at once, over the XML socket or HTTP, keeps nobody else waiting. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { RawPeer } from "../support/raw-peer.ts";
import { ServerProcess } from "../support/server-process.ts";

let server: ServerProcess;
let asker: RawPeer;

beforeAll(async () => {
	server = await ServerProcess.start({
		settings: { MaxCalls: 0, MaxCallsPerSecond: 0, HttpAuth: 1, HttpAuthPwd: "right one" },
	});
	asker = await RawPeer.start();
});

afterAll(async () => {
	asker.stop();
	await server.stop();
});

/** A client that writes all of its bytes as fast as it may, and counts what comes back. */
async function flood(port: number, bytes: Buffer, answer: string) {
	let received = "";
	let sent = 0;
	const { promise: over, resolve } = Promise.withResolvers<void>();
	const socket = await Bun.connect({
		hostname: "127.0.0.1",
		port,
		socket: {
			data: (_socket, chunk) => {
				received += chunk.toString("latin1");
			},
			drain: (open) => {
				sent += open.write(bytes.subarray(sent));
			},
			close: () => resolve(),
			error: () => resolve(),
		},
	});
	sent += socket.write(bytes);
	return {
		answers: () => received.split(answer).length - 1,
		over,
		received: () => received,
		stop: () => socket.terminate(),
		async until(count: number) {
			while (received.split(answer).length <= count) await Bun.sleep(20);
		},
	};
}

let asked = 0;
async function options(): Promise<string> {
	asked += 1;
	const branch = `z9hG4bKflood${asked}`;
	asker.send(
		`OPTIONS sip:127.0.0.1:${server.sipPort} SIP/2.0\r\nVia: SIP/2.0/UDP ${asker.place};branch=${branch}\r\n` +
			`From: <sip:asker@${asker.place}>;tag=${asked}\r\nTo: <sip:127.0.0.1>\r\nCall-ID: flood-${asked}\r\n` +
			"CSeq: 1 OPTIONS\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n",
		server.sipPort,
	);
	return asker.next("SIP/2.0 200", branch);
}

const heavy = (inside: string): string =>
	`<ClickToCall><Request><Initiator>nobody</Initiator><Destination>b</Destination>${inside}</Request></ClickToCall>`;
const page = (path: string, more = ""): string => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n${more}\r\n`;
const guess =
	'Authorization: Digest username="admin", realm="ClickToCall", nonce="x", uri="/", response="y", cnonce="a", ' +
	"nc=00000001, qop=auth\r\n";

describe("OPTIONS is answered before the flood is over", () => {
	test.each<[string, string]>([
		["elements", heavy("<a></a>".repeat(8000))],
		["namespaces", heavy(`<a ${Array.from({ length: 2000 }, (_, i) => `xmlns:a${i}='x'`).join(" ")}/>`)],
		["comments", heavy("<!-- -->".repeat(7000))],
		["references", heavy("&amp;".repeat(11_000))],
		["nothing but size", heavy(`<a>${"x".repeat(60_000)}</a>`)],
	])("XML requests with %s", async (_, request) => {
		const count = 150;
		const client = await flood(server.xmlPort, Buffer.from(request.repeat(count)), "</Response>");
		await client.until(1);
		await options();
		expect(client.answers()).toBeLessThan(count);
		await client.until(count);
		client.stop();
	});

	test.each<[string, string, number]>([
		["pages", page("/index.html"), 3000],
		["wrong passwords", page("/", guess), 3000],
	])("pipelined requests for %s", async (_, request, count) => {
		const client = await flood(server.httpPort, Buffer.from(request.repeat(count)), "HTTP/1.1 ");
		await client.until(1);
		await options();
		expect(client.answers()).toBeLessThan(count);
		await client.until(count);
		client.stop();
	});
});

test("thousands of wrong passwords leave three lines in the log at most", async () => {
	const lines = server.output.split("\n").filter((line) => line.includes("gave a wrong user or password"));
	expect(lines.length).toBeGreaterThan(0);
	expect(lines.length).toBeLessThan(4);
	const response = await fetch(`http://127.0.0.1:${server.httpPort}/healthz`);
	expect(response.status).toBe(200);
});

/** Sends bytes, and reads until the server closes or the text has come. */
async function converse(port: number, text: string | Uint8Array, last: string): Promise<string> {
	const client = await flood(port, Buffer.from(text), last);
	await Promise.race([client.until(1), client.over]);
	client.stop();
	return client.received();
}

describe("HTTP as others speak it", () => {
	test.each(["/healthz", "/readyz", "/index.html"])(
		"three requests for %s in one segment get three answers",
		async (path) => {
			const client = await flood(server.httpPort, Buffer.from(page(path).repeat(3)), "HTTP/1.1 200 OK");
			await client.until(3);
			expect(client.answers()).toBe(3);
			client.stop();
		},
	);

	test("HTTP/1.0 without Host gets what HTTP/1.1 gets, then the end", async () => {
		const answer = await converse(server.httpPort, "GET /readyz HTTP/1.0\r\n\r\n", "never");
		expect(answer).toStartWith("HTTP/1.1 200 OK\r\n");
		expect(answer).toEndWith("\r\n\r\nready\n");
	});

	test.each([
		["FOO / HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 501 "],
		["GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "HTTP/1.1 400 "],
	])("%j gets %p", async (request, status) => {
		expect(await converse(server.httpPort, request, status)).toStartWith(status);
	});
});

describe("XML as others write it", () => {
	test("requests that end with NUL are answered on one connection", async () => {
		const client = await flood(server.xmlPort, Buffer.from(`${heavy("")}\0${heavy("")}\0`), "</Response>");
		await client.until(2);
		expect(client.received()).not.toContain("Parse error");
		client.stop();
	});

	test("a declared encoding is honoured, and what the request holds comes back as it was sent", async () => {
		const request = `<?xml version="1.0" encoding="ISO-8859-1"?>${heavy("<Ref>M\u00fcller</Ref>").replace("nobody", "J\u00fcrgen")}`;
		const answer = await converse(server.xmlPort, Buffer.from(request, "latin1"), "</ClickToCall>");
		expect(answer).toContain("<Ref>M\u00fcller</Ref>");
		expect(answer).toContain("No translation rule for either initiator J&#252;rgen");
	});
});
