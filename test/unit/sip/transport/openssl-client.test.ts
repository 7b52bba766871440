import { afterAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { formatHostPort } from "../../../../src/net/host-port.ts";
import { Reception } from "../../../../src/sip/reception.ts";
import { TransactionLayer } from "../../../../src/sip/reliability/transaction-layer.ts";
import { RFC_TIMERS } from "../../../../src/sip/reliability/types.ts";
import { UserAgents } from "../../../../src/sip/user-agents.ts";
import { systemClock } from "../../../../src/time/system-clock.ts";
import { Authority } from "../../../support/authority.ts";
import { MemoryLogger } from "../../../support/memory-logger.ts";
import { openTlsTransport } from "./support.ts";

const authority = new Authority();
afterAll(() => authority[Symbol.dispose]());
const identity = authority.issue({ names: "URI:sip:example.test,DNS:example.test" });

/** The SIP side up to its reception, on a TLS port. */
async function openServer(address: string) {
	const log = new MemoryLogger();
	const opened = await openTlsTransport(address, { identity, roots: authority.roots });
	const { transport } = opened;
	const agents = new UserAgents();
	const clock = systemClock;
	const transactions = new TransactionLayer({ clock, timers: RFC_TIMERS, user: agents, transport, log });
	const resolver = { forget: () => {} };
	transport.start(new Reception({ userAgent: "ClickToCall", transactions, agents, resolver, clock, log }));
	return {
		port: opened.portOf("TLS"),
		[Symbol.dispose]: () => {
			transactions.close();
			transport.close();
		},
	};
}

function options(port: number): string {
	return [
		"OPTIONS sips:example.test SIP/2.0",
		`Via: SIP/2.0/TLS 192.0.2.7:${port};branch=z9hG4bKopenssl;rport`,
		"From: <sips:tester@example.test>;tag=1",
		"To: <sips:example.test>",
		"Call-ID: openssl@example.test",
		"CSeq: 1 OPTIONS",
		"Max-Forwards: 70",
		"Content-Length: 0",
		"\r\n",
	].join("\r\n");
}

/** Runs s_client with a message on its input; resolves with its output when it has it all or ends. */
async function speak(host: string, port: number, extra: readonly string[], text: string) {
	const client = Bun.spawn(
		[
			...[
				"openssl",
				"s_client",
				"-quiet",
				"-connect",
				formatHostPort(host, port),
				"-servername",
				"example.test",
			],
			...["-CAfile", join(authority.folder, "ca.pem"), "-verify_return_error"],
			...["-verify_hostname", "example.test", ...extra],
		],
		{ stdin: "pipe", stdout: "pipe", stderr: "pipe" },
	);
	client.stdin.write(text);
	await client.stdin.flush();
	let output = "";
	const decoder = new TextDecoder();
	for await (const bytes of client.stdout) {
		output += decoder.decode(bytes, { stream: true });
		if (output.includes("\r\n\r\n")) break;
	}
	client.kill();
	const errors = await new Response(client.stderr).text();
	await client.exited;
	return { output, errors };
}

describe("OpenSSL's s_client", () => {
	test.each([
		["127.0.0.1", "-tls1_3"],
		["127.0.0.1", "-tls1_2"],
		["::1", "-tls1_3"],
	])("connects to %s with %s, verifies our certificate and gets 200 to OPTIONS", async (address, version) => {
		using server = await openServer(address);
		const { output } = await speak(address, server.port, [version], options(server.port));
		expect(output).toStartWith("SIP/2.0 200 OK\r\n");
		expect(output).toContain("\r\nAllow: INVITE");
		expect(output).toMatch(/\r\nVia: SIP\/2\.0\/TLS 192\.0\.2\.7:\d+;branch=z9hG4bKopenssl;/);
	});

	test.each(["-tls1_1", "-tls1"])("%s is refused", async (version) => {
		using server = await openServer("127.0.0.1");
		const old = [version, "-cipher", "DEFAULT@SECLEVEL=0"];
		const { output, errors } = await speak("127.0.0.1", server.port, old, options(server.port));
		expect(output).toBe("");
		expect(errors).toContain("protocol version");
	});

	test("a double CRLF is answered with a CRLF", async () => {
		using server = await openServer("127.0.0.1");
		const text = `\r\n\r\n${options(server.port)}`;
		const { output } = await speak("127.0.0.1", server.port, [], text);
		expect(output).toStartWith("\r\nSIP/2.0 200 OK\r\n");
	});
});
