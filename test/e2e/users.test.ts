/** Users and programs with phones of their own, as people, scripts and a browser see them. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Authority, LOOPBACK_NAMES } from "../support/authority.ts";
import { launchBrowser, newPage } from "../support/browser.ts";
import { freePorts } from "../support/free-port.ts";
import { EXECUTABLE, ServerProcess } from "../support/server-process.ts";

const BOUND = "bound-to-the-phone-of-anna";
const authority = new Authority();
const pair = authority.issue({ names: `DNS:localhost,${LOOPBACK_NAMES}` });

/** What `clicktocall password` prints for somebody. */
function stored(user: string, password: string): string {
	const { stdout } = Bun.spawnSync([EXECUTABLE, "password", user], { stdin: Buffer.from(`${password}\n`) });
	return stdout.toString().split(" = ")[1]?.trim() ?? "";
}

let server: ServerProcess;
let https = 0;

beforeAll(async () => {
	[https = 0] = await freePorts(1);
	server = await ServerProcess.start({
		settings: {
			HttpsPort: https,
			HttpsCertificate: "cert.pem",
			HttpsKey: "key.pem",
			HttpAuth: 1,
			HttpAuthPwd: stored("admin", "open sesame"),
			HttpUser: "anna",
			HttpUserPassword: stored("anna", "geheim"),
			HttpUserPhone: "sip:anna@127.0.0.1:9",
			HttpApiToken: BOUND,
			HttpApiTokenName: "crm",
			HttpApiTokenPhone: "sip:anna@127.0.0.1:9",
			HistoryFile: "h.sqlite",
		},
		files: (folder) => {
			writeFileSync(join(folder, "cert.pem"), pair.certificate);
			writeFileSync(join(folder, "key.pem"), pair.key);
			writeFileSync(join(folder, "root.pem"), authority.root);
		},
	});
});

afterAll(async () => {
	await server.stop();
	authority[Symbol.dispose]();
});

/** Asks with curl. @returns status and body. */
async function curl(secure: boolean, path: string, ...options: string[]): Promise<string> {
	const base = secure ? `https://localhost:${https}` : `http://localhost:${server.httpPort}`;
	const ca = ["--cacert", join(server.folder, "root.pem"), "--max-time", "10"];
	const child = Bun.spawn(["curl", "-sS", ...ca, "-w", " %{http_code}", ...options, base + path], {
		stdout: "pipe",
	});
	return new Response(child.stdout).text();
}

const json = (from: string): string[] => [
	"--json",
	JSON.stringify({ initiator: from, destination: "sip:b@127.0.0.1:9" }),
];

describe("curl", () => {
	test.each(["--digest", "--basic"])(
		"%s lets anna call from her phone over HTTPS, and from no other",
		async (scheme) => {
			const anna = [scheme, "-u", "anna:geheim"];
			expect(await curl(true, "/api/v1/calls", ...anna, ...json("sip:%61nna@127.0.0.1:9"))).toEndWith(" 201");
			expect(await curl(true, "/api/v1/calls", ...anna, ...json("sip:bert@127.0.0.1:9"))).toEndWith(" 403");
		},
	);

	test("gets nowhere with Basic over plain HTTP, and with hashes as a password", async () => {
		expect(await curl(false, "/api/v1/calls", "--basic", "-u", "anna:geheim")).toEndWith(" 401");
		expect(await curl(false, "/api/v1/calls", "--digest", "-u", "anna:geheim")).toEndWith(" 200");
		expect(await curl(true, "/api/v1/calls", "--basic", "-u", `anna:${stored("anna", "geheim")}`)).toEndWith(
			" 401",
		);
	});

	test("finds with anna's password only what is hers, with that of admin everything, and who it was", async () => {
		const admin = ["--digest", "-u", "admin:open sesame"];
		expect(await curl(false, "/api/v1/calls", ...admin, ...json("sip:carla@127.0.0.1:9"))).toEndWith(" 201");
		const bound = ["-H", `Authorization: Bearer ${BOUND}`];
		expect(await curl(true, "/api/v1/calls", ...bound, ...json("sip:anna@127.0.0.1:9"))).toEndWith(" 201");
		const hers = await curl(true, "/api/v1/history", "-u", "anna:geheim");
		expect(hers).toContain('"user":"crm"');
		expect(hers).not.toContain("carla");
		expect(await curl(true, "/history.csv", "-u", "admin:open sesame")).toContain("carla");
	});
});

test("a bound token in the environment lets clicktocall see the calls of its phone, and no others", async () => {
	const { stdout, exitCode } = Bun.spawnSync(
		[
			EXECUTABLE,
			"history",
			"--server",
			`https://localhost:${https}`,
			"--ca",
			join(server.folder, "root.pem"),
		],
		{ cwd: "/", env: { ...process.env, CLICKTOCALL_TOKEN: BOUND } },
	);
	expect(exitCode).toBe(0);
	expect(stdout.toString()).toContain("sip:anna@127.0.0.1:9");
	expect(stdout.toString()).not.toContain("carla");
});

test("in a browser, anna cannot change her phone, and sees her calls only", async () => {
	const browser = await launchBrowser();
	const httpCredentials = { username: "anna", password: "geheim" };
	const page = await newPage(await browser.newContext({ httpCredentials, ignoreHTTPSErrors: true }));
	await page.goto(`https://localhost:${https}/`);
	const from = page.getByLabel("From");
	expect(await from.inputValue()).toBe("sip:anna@127.0.0.1:9");
	expect(await from.isEditable()).toBe(false);
	expect(await page.content()).not.toContain("carla");
	await page.getByLabel("To", { exact: true }).fill("sip:dora@127.0.0.1:9");
	await page.getByRole("button", { name: "Call", exact: true }).click();
	await page.waitForURL(/\/calls\/[0-9a-f]+$/);
	await page.goto(`https://localhost:${https}/history`);
	expect(await page.content()).toContain("sip:dora@127.0.0.1:9");
	expect(await page.content()).not.toContain("carla");
	expect((await page.goto(`https://localhost:${https}/admin`))?.status()).toBe(403);
	await browser.close();
});
