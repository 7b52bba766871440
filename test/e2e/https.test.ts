import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { copyFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Authority, LOOPBACK_NAMES } from "../support/authority.ts";
import { launchBrowser, newPage } from "../support/browser.ts";
import { curl } from "../support/curl.ts";
import { freePorts } from "../support/free-port.ts";
import { ServerProcess } from "../support/server-process.ts";

const authority = new Authority();
const NAMES = `DNS:localhost,${LOOPBACK_NAMES}`;
const first = authority.issue({ names: NAMES });
const second = authority.issue({ names: NAMES });
const client = authority.issue({ subject: "/CN=crm" });
const stranger = new Authority("Another Authority");
const strangersClient = stranger.issue({ subject: "/CN=crm" });

let server: ServerProcess;
let https = 0;
let xml = 0;
const root = (): string => join(server.folder, "root_cert_test.pem");

beforeAll(async () => {
	[https = 0, xml = 0] = await freePorts(2);
	server = await ServerProcess.start({
		settings: {
			HttpsPort: https,
			HttpsCertificate: "cert.pem",
			HttpsKey: "key.pem",
			HttpRedirect: 1,
			HttpPrefix: "/ctc",
			HttpApiToken: "a-token-that-is-long",
			XmlRpcTlsPort: xml,
			XmlRpcMutualTls: 1,
		},
		files: (folder) => {
			writeFileSync(join(folder, "cert.pem"), first.certificate);
			writeFileSync(join(folder, "key.pem"), first.key);
			writeFileSync(join(folder, "root_cert_test.pem"), authority.root);
			for (const [name, pair] of [
				["client", client],
				["stranger", strangersClient],
			] as const) {
				writeFileSync(join(folder, `${name}.pem`), pair.certificate + pair.key);
			}
		},
	});
});
afterAll(async () => {
	await server.stop();
	authority[Symbol.dispose]();
	stranger[Symbol.dispose]();
});

/** What openssl's client gets for some bytes on a port. */
async function ask(port: number, text: string, ...options: string[]): Promise<string> {
	const child = Bun.spawn(
		[
			"openssl",
			"s_client",
			"-quiet",
			"-connect",
			`localhost:${port}`,
			"-CAfile",
			root(),
			"-verify_return_error",
			...options,
		],
		{ stdin: "pipe", stdout: "pipe", stderr: "ignore" },
	);
	child.stdin.write(text);
	await child.stdin.flush();
	const killer = setTimeout(() => child.kill(), 10_000);
	let seen = "";
	for await (const chunk of child.stdout) {
		seen += Buffer.from(chunk).toString();
		if (seen.includes("</ClickToCall>")) break;
	}
	clearTimeout(killer);
	child.kill();
	return seen;
}

const STATUS = "<ClickToCall><Status/></ClickToCall>";

describe("the XML socket over TLS", () => {
	test("answers a client with a certificate of our authority", async () => {
		const answer = await ask(xml, STATUS, "-cert", join(server.folder, "client.pem"));
		expect(answer).toContain('<Result Code="200">OK</Result>');
	});

	test.each([
		["no certificate", () => []],
		["a certificate of another authority", () => ["-cert", join(server.folder, "stranger.pem")]],
	])("not one with %s", async (_, options) => {
		expect(await ask(xml, STATUS, ...options())).toBe("");
	});
});

describe("HTTPS", () => {
	test("places a call in a browser that came by plain HTTP", async () => {
		const browser = await launchBrowser();
		const page = await newPage(await browser.newContext({ ignoreHTTPSErrors: true }));
		await page.goto(`http://localhost:${server.httpPort}/`);
		expect(new URL(page.url()).origin).toBe(`https://localhost:${https}`);
		await page.fill("#initiator", "sip:a@127.0.0.1:9");
		await page.fill("#destination", "sip:b@127.0.0.1:9");
		await page.click('#call-form button[type="submit"]');
		await page.waitForURL(/\/calls\/[^/]+$/);
		await browser.close();
	});

	test("shows a renewed certificate after SIGHUP, and keeps it when the next one is bad", async () => {
		const serial = async (): Promise<string> => {
			const { exitCode, stdout } = Bun.spawnSync(
				["openssl", "s_client", "-connect", `localhost:${https}`, "-CAfile", root(), "-verify_return_error"],
				{ stdin: Buffer.from("") },
			);
			expect(exitCode).toBe(0);
			return /-----BEGIN CERTIFICATE.*END CERTIFICATE-----/s.exec(stdout.toString())?.[0] ?? "";
		};
		expect(await serial()).toBe(first.certificate.trim());
		const file = (name: string): string => join(server.folder, name);
		writeFileSync(file("cert.pem"), second.certificate);
		writeFileSync(file("key.pem"), second.key);
		server.signal("SIGHUP");
		await server.says(/new connections get the new certificate/);
		expect(await serial()).toBe(second.certificate.trim());
		copyFileSync(file("client.pem"), file("key.pem"));
		server.signal("SIGHUP");
		await server.says(
			/the certificate in use stays: .*key\.pem: the key does not belong to the first certificate/,
		);
		expect(await serial()).toBe(second.certificate.trim());
		const url = `https://localhost:${https}/healthz`;
		expect((await curl(url, "--cacert", root())).status).toBe(200);
	});
});

describe("commands", () => {
	const at = (): string => `https://localhost:${https}/ctc`;

	test("place a call, look at it and find it in the history, with a token and the right authority", async () => {
		const where = ["--server", at(), "--ca", root()];
		const call = await server.run("call", "sip:a@127.0.0.1:9", "sip:b@127.0.0.1:9", ...where);
		expect(call.exitCode).toBe(3);
		const id = / id (\w+)/.exec(call.stdout)?.[1] ?? "";
		expect(call.stdout).toMatch(/! \d{3} Initiator/);
		const status = await server.run("status", id, ...where);
		expect(status.stdout).toContain(id);
		expect((await server.run("status", ...where)).stdout).toContain("no calls in progress");
		expect((await server.run("hangup", id, ...where)).exitCode).toBe(1);
		expect((await server.run("history", "--search", "127.0.0.1:9", ...where)).stdout).toContain(
			"sip:b@127.0.0.1:9",
		);
		const refused = await server.run("call", "nonsense", "sip:b@127.0.0.1:9", ...where);
		expect(refused.exitCode).toBe(1);
	});

	test("speak with the right server only, or with any if they are told to", async () => {
		const unknown = await server.run("status", "--server", at());
		expect(unknown.exitCode).toBe(2);
		expect(unknown.stderr).toContain("its certificate is not by a known authority: name that with --ca FILE");
		expect((await server.run("status", "--server", at(), "--insecure")).exitCode).toBe(0);
		const { exitCode, stderr } = await server.run("status", "--ca", root());
		expect({ exitCode, stderr }).toEqual({
			exitCode: 2,
			stderr: expect.stringContaining("--ca and --insecure need --server https://HOST"),
		});
	});

	test("not with one whose certificate is for another name", async () => {
		const [port = 0] = await freePorts(1);
		const files = { cert: join(server.folder, "other.pem"), key: join(server.folder, "other.key") };
		const other = authority.issue({ names: "DNS:other.test" });
		writeFileSync(files.cert, other.certificate);
		writeFileSync(files.key, other.key);
		const misnamed = await ServerProcess.start({
			settings: { HttpsPort: port, HttpsCertificate: files.cert, HttpsKey: files.key },
		});
		try {
			const { exitCode, stderr } = await server.run(
				"status",
				"--server",
				`https://localhost:${port}`,
				"--ca",
				root(),
			);
			expect(exitCode).toBe(2);
			expect(stderr).toContain("its certificate is for another name");
		} finally {
			await misnamed.stop();
		}
	});
});

test("certificate makes a pair that curl trusts by its file, and leaves one that is there alone", async () => {
	const [port = 0] = await freePorts(1);
	const names = ["HttpsCertificate", "HttpsKey"].map((name) => `--${name}=made-${name}.pem`);
	const made = await server.run("certificate", "localhost", ...names);
	expect(made.exitCode).toBe(0);
	const fingerprint = /SHA-256 fingerprint (\S+)/.exec(made.stdout)?.[1] ?? "";
	expect(await server.run("certificate", ...names)).toMatchObject({ exitCode: 1 });
	const checked = await server.run("check", ...names, `--HttpsPort=${port}`, "--XmlRpcTlsPort=0");
	expect(checked.stdout).toContain(fingerprint);
	const file = (name: string): string => join(server.folder, `made-${name}.pem`);
	const other = await ServerProcess.start({
		settings: { HttpsPort: port, HttpsCertificate: file("HttpsCertificate"), HttpsKey: file("HttpsKey") },
	});
	try {
		const url = `https://localhost:${port}/healthz`;
		expect((await curl(url, "--cacert", file("HttpsCertificate"))).status).toBe(200);
		expect((await curl(url)).status).toBe(0);
		const page = await curl(`https://localhost:${port}/admin`, "--cacert", file("HttpsCertificate"));
		expect(page.body).toContain(fingerprint);
	} finally {
		await other.stop();
	}
});

test.each([
	[
		"a key of another certificate",
		{ "key.pem": client.key },
		"the key does not belong to the first certificate in",
	],
	["no certificate", { "cert.pem": undefined }, "missing, although"],
	["no PEM", { "cert.pem": "hello" }, "expected a certificate in PEM format"],
])("check refuses %s", async (_, files, message) => {
	for (const [name, text] of Object.entries({
		"cert.pem": first.certificate,
		"key.pem": first.key,
		...files,
	})) {
		const path = join(server.folder, `check-${name}`);
		if (text === undefined) await Bun.file(path).delete();
		else writeFileSync(path, text);
	}
	const options = [
		"--HttpsCertificate=check-cert.pem",
		"--HttpsKey=check-key.pem",
		"--HttpsPort=1",
		"--HttpPort=0",
	];
	const { exitCode, stderr } = await server.run("check", ...options);
	expect(exitCode).toBe(2);
	expect(stderr).toContain(message);
});
