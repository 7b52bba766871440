import { afterAll, beforeAll, expect, test } from "bun:test";
import { SimulatedPhone } from "../../src/simulator/phone.ts";
import { type CurlAnswer, curl } from "../support/curl.ts";
import { linkOf, textsOf } from "../support/page-text.ts";
import { ServerProcess } from "../support/server-process.ts";
import { XmlClient } from "../support/xml-client.ts";

const PASSWORD = "correct horse";
const SIGNED_IN = ["--digest", "-u", `admin:${PASSWORD}`];
const HOSTILE = '=HYPERLINK("http://x")<script>alert(1)</script>';

let server: ServerProcess;
let phone: SimulatedPhone;

const get = (path: string, ...options: string[]): Promise<CurlAnswer> =>
	curl(`http://127.0.0.1:${server.httpPort}${path}`, ...SIGNED_IN, ...options);

/** The rows of calls of a page, without the heads of the columns. */
const rowsOf = ({ body }: CurlAnswer): string[] =>
	textsOf(body.slice(body.indexOf('id="calls-heading"')), "tr").slice(1);

beforeAll(async () => {
	server = await ServerProcess.start({ settings: { HttpAuth: 1, HttpAuthPwd: PASSWORD } });
	phone = await SimulatedPhone.start({ address: "127.0.0.1", port: 0, protocol: "UDP" });
	const client = await XmlClient.connect(server.xmlPort);
	const answer = phone.uri("answer");
	await client.place({ initiator: answer, destination: answer, anchor: true }).finished();
	phone.hangup();
	await phone.idle();
	await client.place({ initiator: answer, destination: phone.uri("busy") }).finished();
	await client.place({ initiator: HOSTILE, destination: "nobody" }).finished();
	client.stop();
	// A call is found about a second after it has changed.
	while (rowsOf(await get("/history")).length < 3 || (await get("/history")).body.includes("in progress"))
		await Bun.sleep(50);
});

afterAll(async () => {
	await phone.idle();
	await phone.stop();
	await server.stop();
});

test("calls are found by part of an address, result and way", async () => {
	const busy = rowsOf(await get("/history?text=BUSY&result=4&way=refer"));
	expect(busy).toHaveLength(1);
	expect(busy[0]).toContain("busy (destination)");
	expect(busy[0]).toContain("127.0.0.1 (XML)");
	expect(rowsOf(await get("/history?way=anchor"))).toEqual([expect.stringContaining("connected")]);
	expect(rowsOf(await get("/history?text=nothing+like+it"))).toEqual([]);
	expect(await get("/history?result=7")).toMatchObject({
		status: 400,
		body: expect.stringContaining("expected 2, 3, 4, 5 or 6"),
	});
});

test("a call has a page with its steps", async () => {
	const { body } = await get("/history?way=anchor");
	const link = /href="(\/history\/[^"]+)"/.exec(body)?.[1] ?? "";
	const steps = textsOf((await get(link)).body, "tr").join("\n");
	expect(steps).toMatch(
		/the initiator has answered \(200\).*the two phones are connected.*the call is over/s,
	);
	expect((await get("/history/none")).status).toBe(404);
});

test("the charts count today's calls", async () => {
	const { body } = await get("/history?days=90");
	expect(textsOf(body, "p")).toContain("2 calls, 1 answered (50%); 1 request refused.");
	expect(textsOf(body, "title")).toContain("Calls per day: The last 90 days");
});

test("the CSV has the same search; what strangers have typed is no formula there and no script on the page", async () => {
	const page = await get("/history?result=4");
	expect(page.body).not.toContain("<script>");
	const { status, type, body } = await get(linkOf(page.body, "Download as CSV") ?? "");
	expect([status, type]).toEqual([200, "text/csv; charset=utf-8; header=present"]);
	const lines = body.trimEnd().split("\r\n");
	expect(lines).toHaveLength(3);
	expect(lines[1]).toContain(`"'=HYPERLINK(""http://x"")<script>alert(1)</script>"`);
	expect(lines[2]).toContain(",486,Destination,");
});

test("nobody reads it without the password", async () => {
	const url = `http://127.0.0.1:${server.httpPort}`;
	for (const path of ["/history", "/history.csv", "/history/x"])
		expect((await curl(url + path)).status).toBe(401);
});
