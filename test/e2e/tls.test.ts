import { afterAll, beforeAll, expect, test } from "bun:test";
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePorts } from "../support/free-port.ts";
import { ServerProcess } from "../support/server-process.ts";
import { run } from "../support/test-network.ts";

/** A certificate authority with a certificate for `localhost`, made by openssl. */
let folder: string;
let server: ServerProcess;
let tlsPort: number;

const SUBJECT = ["-subj", "/CN=test", "-nodes", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"];

beforeAll(async () => {
	folder = mkdtempSync(join(tmpdir(), "tls-"));
	const file = (name: string): string => join(folder, name);
	run("openssl", "req", "-x509", ...SUBJECT, "-days", "2", "-keyout", file("ca.key"), "-out", file("ca.pem"));
	run("openssl", "req", ...SUBJECT, "-keyout", file("key.pem"), "-out", file("request.pem"));
	writeFileSync(file("names"), "subjectAltName=DNS:localhost,URI:sip:localhost,IP:127.0.0.1,IP:::1\n");
	run(
		...["openssl", "x509", "-req", "-in", file("request.pem"), "-days", "2", "-extfile", file("names")],
		...["-CA", file("ca.pem"), "-CAkey", file("ca.key"), "-CAcreateserial", "-out", file("cert.pem")],
	);
	const [port = 0] = await freePorts(1);
	tlsPort = port;
	server = await ServerProcess.start({
		settings: { TLSPort: port, TLSDomainName: "localhost" },
		files: (target) => {
			copyFileSync(file("cert.pem"), join(target, "domain_cert_localhost.pem"));
			copyFileSync(file("key.pem"), join(target, "domain_key_localhost.pem"));
			copyFileSync(file("ca.pem"), join(target, "root_cert_test.pem"));
		},
	});
});

afterAll(async () => {
	await server.stop();
	rmSync(folder, { recursive: true, force: true });
});

const OPTIONS = [
	"OPTIONS sips:localhost SIP/2.0",
	"Via: SIP/2.0/TLS 127.0.0.1:5999;branch=z9hG4bKopt;rport",
	"Max-Forwards: 70",
	"From: <sips:me@localhost>;tag=1",
	"To: <sips:localhost>",
	"Call-ID: options",
	"CSeq: 1 OPTIONS",
	"Content-Length: 0",
	"",
	"",
].join("\r\n");

/** What openssl's client gets for an OPTIONS; empty when there is no connection. */
async function optionsBy(...args: string[]): Promise<string> {
	const client = Bun.spawn(
		[
			...["openssl", "s_client", "-CAfile", join(folder, "ca.pem"), "-verify_return_error", "-quiet"],
			...["-no_ign_eof", ...args],
		],
		{ stdin: "pipe", stdout: "pipe", stderr: "ignore" },
	);
	client.stdin.write(OPTIONS);
	client.stdin.flush();
	let answer = "";
	for await (const chunk of client.stdout.pipeThrough(new TextDecoderStream())) {
		answer += chunk;
		if (answer.includes("\r\n\r\n")) break;
	}
	client.kill();
	return answer;
}

test.each([
	["127.0.0.1", "-tls1_2"],
	["127.0.0.1", "-tls1_3"],
	["[::1]", "-tls1_2"],
	["[::1]", "-tls1_3"],
])(
	"openssl s_client at %s with %s trusts the certificate and gets a 200 to OPTIONS",
	async (host, version) => {
		const answer = await optionsBy("-connect", `${host}:${tlsPort}`, version);
		expect(answer).toStartWith("SIP/2.0 200 OK");
		expect(answer).toContain("Allow: INVITE");
	},
);

test("openssl s_client with TLS 1.1 is refused", async () => {
	const old = ["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"];
	expect(await optionsBy("-connect", `127.0.0.1:${tlsPort}`, ...old)).toBe("");
});

test.each(["-tls1_2", "-tls1_3"])(
	"openssl s_server %s that insists on a certificate sees ours, and gets an INVITE that says TLS",
	async (version) => {
		const [port = 0] = await freePorts(1);
		const phone = Bun.spawn(
			[
				...["openssl", "s_server", "-accept", `127.0.0.1:${port}`, "-cert", "cert.pem", "-key", "key.pem"],
				...["-CAfile", "ca.pem", "-Verify", "1", "-verify_return_error", version],
			],
			{ cwd: folder, stdin: "pipe", stdout: "pipe", stderr: "ignore" },
		);
		let heard = "";
		let call: Promise<unknown> | undefined;
		for await (const chunk of phone.stdout.pipeThrough(new TextDecoderStream())) {
			heard += chunk;
			if (heard.includes("ACCEPT"))
				call ??= server.run("call", `sips:phone@127.0.0.1:${port}`, "sip:x@127.0.0.1", "--anchor");
			if (heard.includes("User-Agent:")) break;
		}
		phone.kill();
		await call;
		expect(heard).toContain("Client certificate\n");
		expect(heard).toMatch(/INVITE sips:phone@127\.0\.0\.1:\d+ SIP\/2\.0\r?\nVia: SIP\/2\.0\/TLS /);
		expect(heard).toMatch(/\nContact: <sips:/);
	},
);

test("without a certificate TLSPort stays closed, and the log says so", async () => {
	const [port = 0] = await freePorts(1);
	const other = await ServerProcess.start({ settings: { TLSPort: port, TLSDomain: "localhost" } });
	await other.says(new RegExp(`TLSPort = ${port} stays closed`));
	expect(await optionsBy("-connect", `127.0.0.1:${port}`)).toBe("");
	await other.stop();
});

test("a call to a phone whose certificate is for another name ends with 503, and the log says why", async () => {
	const [port = 0] = await freePorts(1);
	const phone = Bun.listen({
		hostname: "127.0.0.2",
		port,
		tls: { cert: Bun.file(join(folder, "cert.pem")), key: Bun.file(join(folder, "key.pem")) },
		socket: { data: () => {} },
	});
	const call = await server.run(
		"call",
		`sip:phone@127.0.0.2:${port};transport=tls`,
		"sip:x@127.0.0.1",
		"--anchor",
	);
	expect(call.stdout).toContain("503 Initiator");
	await server.says(/127\.0\.0\.2.*localhost/);
	phone.stop(true);
});

test("a pair that does not match is an error at the start", () => {
	const bad = mkdtempSync(join(tmpdir(), "tls-bad-"));
	copyFileSync(join(folder, "cert.pem"), join(bad, "domain_cert_localhost.pem"));
	copyFileSync(join(folder, "ca.key"), join(bad, "domain_key_localhost.pem"));
	writeFileSync(
		join(bad, "clicktocall.config"),
		"TLSDomainName = localhost\nTranslationPattern = a\nTranslationOutput = sip:a@b\n",
	);
	const { exitCode, stderr } = Bun.spawnSync([server.executable], { cwd: bad, timeout: 10_000 });
	expect(stderr.toString()).toContain("domain_key_localhost.pem");
	expect(exitCode).toBe(2);
	rmSync(bad, { recursive: true, force: true });
});

test("CertificatePath says where the files are, when it is not the working directory", () => {
	const check = (path: string): string =>
		Bun.spawnSync([server.executable, "check", "--config", join(server.folder, "clicktocall.config"), path], {
			cwd: tmpdir(),
		}).stdout.toString();
	expect(check("--CertificatePath=")).not.toContain("TLS");
	expect(check(`--CertificatePath=${server.folder}`)).toContain("SIP over TLS");
});
