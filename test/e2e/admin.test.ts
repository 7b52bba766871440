import { afterAll, beforeAll, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Authority } from "../support/authority.ts";
import { type CurlAnswer, curl } from "../support/curl.ts";
import { freePorts } from "../support/free-port.ts";
import { textsOf } from "../support/page-text.ts";
import { RawPeer } from "../support/raw-peer.ts";
import { ServerProcess } from "../support/server-process.ts";

const HTTP_PASSWORD = "correct horse";
const SIP_PASSWORD = "battery staple";
const URI_PASSWORD = "inside-the-uri";
const TOKEN = "a-token-of-enough-length-0123456789";
const DOMAIN = "box.example.com";

let server: ServerProcess;
let registrar: RawPeer;

const get = (path: string): Promise<CurlAnswer> =>
	curl(`http://127.0.0.1:${server.httpPort}${path}`, "--digest", "-u", `admin:${HTTP_PASSWORD}`);

/** What the page says of something. */
async function fact(name: string): Promise<string> {
	const { body } = await get("/admin");
	const facts = /<dl class="facts">.*?<\/dl>/s.exec(body)?.[0] ?? "";
	return textsOf(facts.slice(facts.indexOf(`<dt>${name}</dt>`)), "dd")[0] ?? "";
}

/** A response to a REGISTER. */
function respond(register: string, status: string, ...headers: string[]): void {
	const copied = register.split("\r\n").filter((line) => /^(Via|From|To|Call-ID|CSeq): /.test(line));
	registrar.send(
		[`SIP/2.0 ${status}`, ...copied, ...headers, "Content-Length: 0", "", ""].join("\r\n"),
		server.sipPort,
	);
}

beforeAll(async () => {
	registrar = await RawPeer.start();
	const [tlsPort = 0] = await freePorts(1);
	server = await ServerProcess.start({
		settings: {
			ClickToCallIdentity: `sip:click2call@${registrar.place}`,
			Register: 1,
			TLSPort: tlsPort,
			TLSDomainName: DOMAIN,
			MaxCalls: 12,
			HttpAuth: 1,
			HttpAuthPwd: HTTP_PASSWORD,
			HttpApiToken: TOKEN,
		},
		lines: [
			"SipAuthUser = box-account",
			`SipAuthPassword = ${SIP_PASSWORD}`,
			"TranslationPattern = ^(\\d{3})$",
			`TranslationOutput = sip:$1:${URI_PASSWORD}@pbx.example.com`,
		],
		files: (folder) => {
			using authority = new Authority();
			const { certificate, key } = authority.issue({ names: `DNS:${DOMAIN}`, days: 20 });
			writeFileSync(join(folder, `domain_cert_${DOMAIN}.pem`), certificate);
			writeFileSync(join(folder, `domain_key_${DOMAIN}.pem`), key);
		},
	});
});

afterAll(async () => {
	const stopped = server.stop();
	respond(await registrar.next("REGISTER", "\r\nExpires: 0\r\n"), "200 OK");
	await stopped;
	registrar.stop();
});

test("the registration is followed: asked for, refused, then there", async () => {
	const first = await registrar.next("REGISTER");
	expect(await fact("Registration")).toStartWith("under way");
	respond(first, "401 Unauthorized", 'WWW-Authenticate: Digest realm="pbx", nonce="0123456789", qop="auth"');
	const second = await registrar.next("REGISTER", "Authorization: ");
	respond(
		second,
		"200 OK",
		...second.split("\r\n").filter((line) => line.startsWith("Contact: ")),
		"Expires: 300",
	);
	while (!(await fact("Registration")).startsWith("registered")) await Bun.sleep(20);
	expect(await fact("Registration")).toMatch(
		/^registered Until \d{4}-\d\d-\d\d \d\d:\d\d:\d\d, refreshed at \d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.$/,
	);
});

test("it says where it listens, its limits and its accounts, and that the certificate ends soon", async () => {
	const { body } = await get("/admin");
	const facts = textsOf(body, "dd");
	expect(facts).toContain(`XML over TCP: port ${server.xmlPort} on all addresses`);
	expect(await fact("Calls")).toStartWith("0 in progress; at most 12 at a time");
	expect(await fact("SIP accounts")).toBe("box-account");
	expect(await fact("TLS")).toMatch(
		new RegExp(`^certificate expires soon Port \\d+; the certificate is for ${DOMAIN}, valid until `),
	);
	expect(await fact("Version")).toMatch(/^\d+\.\d+\.\d+/);
});

test("an address can be tried; nobody is called", async () => {
	const verdict = async (address: string): Promise<string | undefined> => {
		const { body } = await get(`/admin?${new URLSearchParams({ address })}`);
		return textsOf(/<p id="translation".*?<\/p>/s.exec(body)?.[0] ?? "", "p")[0];
	};
	expect(await verdict("101")).toMatch(
		/^is called sip:101:\(hidden\)@pbx\.example\.com , by the rule at .*clicktocall\.config:\d+$/,
	);
	expect(await verdict("sip:a@example.com")).toStartWith("is called sip:a@example.com , by the rule at ");
	expect(await verdict("<script>")).toBe("is refused no translation rule matches it");
	expect(await fact("Calls")).toStartWith("0 in progress");
});

test("the log's tail has whole SIP messages, and no secret is anywhere on the page", async () => {
	const { body } = await get("/admin?address=101&log=1");
	const log = textsOf(body, "pre")[0] ?? "";
	expect(log).toContain("Authorization: Digest (hidden)");
	expect(log).toContain("is registered for 300 s");
	for (const secret of [HTTP_PASSWORD, SIP_PASSWORD, URI_PASSWORD, TOKEN, "response=", "PRIVATE KEY"])
		expect(body).not.toContain(secret);
});

test("nobody reads it without the password", async () => {
	const url = `http://127.0.0.1:${server.httpPort}/admin`;
	expect((await curl(url)).status).toBe(401);
	// Tokens are for programs.
	expect((await curl(url, "-H", `Authorization: Bearer ${TOKEN}`)).status).toBe(401);
});
