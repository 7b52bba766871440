import { afterAll, beforeAll, expect, test } from "bun:test";
import { SimulatedPhone } from "../../src/simulator/phone.ts";
import { type CurlAnswer, curl } from "../support/curl.ts";
import { ServerProcess } from "../support/server-process.ts";

const PASSWORD = "correct horse";

let server: ServerProcess;
let phone: SimulatedPhone;

beforeAll(async () => {
	server = await ServerProcess.start({ settings: { HttpAuth: 1, HttpAuthPwd: PASSWORD } });
	phone = await SimulatedPhone.start({ address: "127.0.0.1", port: 0, protocol: "UDP" });
});

afterAll(async () => {
	await phone.stop();
	await server.stop();
});

/** Asks the server for a path. */
const ask = (path: string, ...options: string[]): Promise<CurlAnswer> =>
	curl(`http://127.0.0.1:${server.httpPort}${path}`, ...options);

const callPath = (from: string, to: string, more = ""): string =>
	`/clicktocall.html?initiator=${encodeURIComponent(from)}&destination=${encodeURIComponent(to)}${more}`;

test("the form is open, and a path that is none leads to it; the page at / needs the password", async () => {
	expect((await ask("/index.html")).body).toContain("<form");
	expect((await ask("/whatever")).status).toBe(302);
	expect((await ask("/whatever", "-L")).body).toContain("<form");
	expect((await ask("/")).status).toBe(401);
	expect((await ask("/", "--digest", "-u", `admin:${PASSWORD}`)).body).toContain("<form");
});

test("with the password a call is placed and both phones are called", async () => {
	const destination = phone.when("answered", (call) => call.user === "answer+2");
	const { status, body } = await ask(
		callPath(phone.uri("answer"), phone.uri("answer+2"), "&anchor=true"),
		"--digest",
		"-u",
		`admin:${PASSWORD}`,
	);
	expect(status).toBe(200);
	expect(body).toContain(`Initiating ClickToCall from ${phone.uri("answer")}(${phone.uri("answer")}) to `);
	expect(body).toContain("(anchored)...");
	await destination;
	phone.hangup();
	await phone.idle();
	expect(phone.faults).toEqual([]);
});

test("without the password, or with a wrong one, nobody is called", async () => {
	const before = phone.calls.length;
	const path = callPath(phone.uri("answer"), phone.uri("answer"));
	expect((await ask(path)).status).toBe(401);
	expect((await ask(path, "--digest", "-u", "admin:wrong")).status).toBe(401);
	expect((await ask(path, "--basic", "-u", `admin:${PASSWORD}`)).status).toBe(401);
	expect(phone.calls).toHaveLength(before);
});

test("a page of another site calls nobody unless somebody clicked", async () => {
	const before = phone.calls.length;
	const { status } = await ask(
		callPath(phone.uri("answer"), phone.uri("answer")),
		...[
			"--digest",
			"-u",
			`admin:${PASSWORD}`,
			"-H",
			"Sec-Fetch-Site: cross-site",
			"-H",
			"Sec-Fetch-Mode: no-cors",
		],
	);
	expect(status).toBe(403);
	expect(phone.calls).toHaveLength(before);
});

test("mistakes are named", async () => {
	const auth = ["--digest", "-u", `admin:${PASSWORD}`];
	expect(await ask("/clicktocall.html?initiator=a", ...auth)).toMatchObject({
		status: 400,
		body: expect.stringContaining("destination"),
	});
	expect(await ask(callPath("sip:a@b", "sip:c@d", "&anchor=maybe"), ...auth)).toMatchObject({
		status: 400,
		body: expect.stringContaining("anchor"),
	});
	const { status, body } = await ask(callPath("<script>", "x"), ...auth);
	expect(status).toBe(400);
	expect(body).not.toContain("<script>");
	expect(body).toContain("No translation rule");
});

test("neither the password nor an Authorization value is printed", async () => {
	await server.says(/asked by http/);
	expect(server.output).not.toContain(PASSWORD);
	expect(server.output).not.toContain("response=");
});
