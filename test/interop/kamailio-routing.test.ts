/**
 * The way of each request through a record-routing proxy that asks for passwords: Kamailio between the
 * server and two simulated phones on UDP, reached as OutboundProxy or by the domain of the address called.
 */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { SimulatedPhone } from "../../src/simulator/phone.ts";
import { Authority } from "../support/authority.ts";
import { freePorts } from "../support/free-port.ts";
import { Kamailio, type KamailioOptions, PASSWORD, REALM } from "../support/kamailio.ts";
import { RawPeer } from "../support/raw-peer.ts";
import { ServerProcess } from "../support/server-process.ts";
import { readTrace, requestsInDialogs, type TracedMessage } from "../support/sip-trace.ts";
import { XmlClient } from "../support/xml-client.ts";

const ADDRESS = "127.0.0.1";
const TRANSPORTS = ["udp", "tcp", "tls"] as const;
type Transport = (typeof TRANSPORTS)[number];

/** How the server finds the proxy. */
const WAYS = ["OutboundProxy", "OutboundProxy with ;lr", "the domain of the address"] as const;
type Way = (typeof WAYS)[number];
const ROWS = TRANSPORTS.flatMap((transport) => WAYS.map((way) => [transport, way] as const));

/** Longer than a nonce lives, in milliseconds: the proxy counts whole seconds. */
const STALE_AFTER = 2100;

const JOINED = ["100", "180 Initiator", "200 Initiator", "180 Destination", "200 Destination"];

/** What came of the calls of one row. */
interface Evidence {
	readonly anchored: readonly string[];
	readonly referred: readonly string[];
	/** Answers to hold and resume. */
	readonly statuses: readonly number[];
	readonly messages: readonly TracedMessage[];
	readonly faults: readonly string[];
}

let authority: Authority;
let proxy: Kamailio;
const evidence = new Map<string, Promise<Evidence>>();

beforeAll(async () => {
	authority = new Authority();
	proxy = await startProxy();
	for (const [transport, way] of ROWS) evidence.set(`${transport} ${way}`, play(transport, way));
});

afterAll(async () => {
	await Promise.allSettled(evidence.values());
	await proxy.stop();
	authority[Symbol.dispose]();
});

function startProxy(options: Partial<KamailioOptions> = {}): Promise<Kamailio> {
	return Kamailio.start({
		address: ADDRESS,
		identity: authority.issue({ names: `IP:${ADDRESS}` }),
		algorithm: "SHA-256",
		challenged: "ClickToCall",
		nonceExpire: 1,
		...options,
	});
}

function startServer(
	through: Kamailio,
	settings: Record<string, string | number>,
	files: (folder: string) => void = () => {},
): Promise<ServerProcess> {
	return ServerProcess.start({
		settings: {
			IPAddress: ADDRESS,
			ClickToCallIdentity: through.aor("click2call"),
			SipAuthUser: "click2call",
			SipAuthPassword: PASSWORD,
			SipAuthRealm: REALM,
			...settings,
		},
		files: (folder) => {
			writeFileSync(join(folder, "root_cert_test.pem"), authority.root);
			files(folder);
		},
	});
}

/** Registers a phone that cannot do so itself. */
async function bind(user: string, contact: string): Promise<void> {
	const peer = await RawPeer.start();
	const lines = [
		`REGISTER ${proxy.aor(user)} SIP/2.0`,
		`Via: SIP/2.0/UDP ${peer.place};branch=z9hG4bK${user}`,
		`From: <${proxy.aor(user)}>;tag=1`,
		`To: <${proxy.aor(user)}>`,
		`Call-ID: ${user}`,
		"CSeq: 1 REGISTER",
		"Max-Forwards: 70",
		`Contact: <${contact}>;expires=600`,
		"Content-Length: 0",
	];
	peer.send(`${lines.join("\r\n")}\r\n\r\n`, proxy.port);
	await peer.next("SIP/2.0 200");
	peer.stop();
}

/** A row's calls: one anchored, held, resumed and hung up when its nonces are stale, and one by REFER. */
async function play(transport: Transport, way: Way): Promise<Evidence> {
	const place = proxy.uri(transport);
	const byDomain = way === "the domain of the address";
	const outbound = way === "OutboundProxy with ;lr" ? `${place};lr` : place;
	const server = await startServer(proxy, byDomain ? {} : { OutboundProxy: outbound });
	const client = await XmlClient.connect(server.xmlPort);
	const [first, second] = await Promise.all([startPhone(), startPhone()]);
	const idle = () => Promise.all([first.idle(), second.idle()]);
	if (byDomain) {
		await bind(`first-${transport}`, first.uri("answer"));
		await bind(`second-${transport}`, second.uri("answer"));
	}
	const initiator = byDomain ? place.replace("sip:", `sip:first-${transport}@`) : first.uri("answer");
	const destination = byDomain ? place.replace("sip:", `sip:second-${transport}@`) : second.uri("answer");

	const anchored = await client.place({ initiator, destination, anchor: true }).finished();
	await Bun.sleep(STALE_AFTER);
	const [call] = second.calls;
	const statuses = [await call?.hold(), await call?.resume()].map((status) => status ?? 0);
	first.hangup();
	await idle();
	// The phone that is referred speaks UDP only.
	const target = byDomain ? proxy.aor(`second-${transport}`) : destination;
	const referred = await client.place({ initiator, destination: target, anchor: false }).finished();
	second.hangup();
	await idle();
	client.stop();
	await server.stop();
	await Promise.all([first.stop(), second.stop()]);
	const faults = [...first.faults, ...second.faults];
	return { anchored, referred, statuses, messages: readTrace(server.output), faults };
}

function startPhone(): Promise<SimulatedPhone> {
	return SimulatedPhone.start({ address: ADDRESS, port: 0, protocol: "UDP" });
}

test.each(ROWS)(
	"over %s, by %s: each request of each dialog takes the way through the proxy",
	async (...row) => {
		const outcome = await evidence.get(row.join(" "));
		expect(outcome?.anchored).toEqual(JOINED);
		expect(outcome?.referred).toEqual(JOINED);
		expect(outcome?.statuses).toEqual([200, 200]);
		expect(outcome?.faults).toEqual([]);
		const messages = outcome?.messages ?? [];
		const sent = messages.filter(({ direction }) => direction === "sent");
		const received = messages.filter(({ direction }) => direction === "received");
		expect(methodsOf(requestsInDialogs(sent))).toEqual(["ACK", "BYE", "INVITE", "REFER"]);
		expect(methodsOf(requestsInDialogs(received))).toEqual(["ACK", "BYE", "INVITE", "NOTIFY"]);
		const seen = new Set(proxy.requests.map(({ method, callId, cseq }) => `${method} ${callId} ${cseq}`));
		expect(requestsInDialogs(messages).filter((request) => !seen.has(request))).toEqual([]);
		const places = [proxy.port, proxy.tlsPort].map((port) => `${ADDRESS}:${port}`);
		expect(sent.filter(({ startLine, peer }) => isRequest(startLine) && !places.includes(peer))).toEqual([]);
	},
);

function methodsOf(requests: readonly string[]): string[] {
	return [...new Set(requests.map((request) => request.split(" ", 1)[0] ?? ""))].sort();
}

function isRequest(startLine: string): boolean {
	return !startLine.startsWith("SIP/2.0 ");
}

test("stale nonces were met in the middle of calls: by re-INVITE and by BYE", async () => {
	await Promise.all(evidence.values());
	expect(methodsOf(proxy.staleNonces)).toEqual(expect.arrayContaining(["BYE", "INVITE"]));
});

test("a proxy that demands certificates gets ours, also when it connects to our TLS port", async () => {
	const strict = await startProxy({ certificatesBy: authority.root });
	const [tlsPort = 0] = await freePorts(1);
	const names = `IP:${ADDRESS}`;
	const server = await startServer(
		strict,
		{ OutboundProxy: strict.uri("tls"), TLSPort: tlsPort, TLSDomainName: "localhost" },
		(folder) => {
			const { certificate, key } = authority.issue({ names });
			writeFileSync(join(folder, "domain_cert_localhost.pem"), certificate);
			writeFileSync(join(folder, "domain_key_localhost.pem"), key);
		},
	);
	const client = await XmlClient.connect(server.xmlPort);
	const [first, second] = await Promise.all([startPhone(), startPhone()]);
	const call = client.place({
		initiator: first.uri("answer"),
		destination: second.uri("answer"),
		anchor: true,
	});
	expect(await call.finished()).toEqual(JOINED);
	second.hangup();
	await Promise.all([first.idle(), second.idle()]);
	client.stop();
	await server.stop();
	await Promise.all([first.stop(), second.stop(), strict.stop()]);
	expect([...first.faults, ...second.faults]).toEqual([]);
	const bye = readTrace(server.output).find(
		({ direction, startLine }) => direction === "received" && /^BYE /.test(startLine),
	);
	expect(bye?.protocol).toBe("TLS");
	expect(bye?.startLine).toContain(`${ADDRESS}:${tlsPort};transport=tls SIP/2.0`);
	// A connection of the proxy's own.
	expect(bye?.peer).not.toBe(`${ADDRESS}:${strict.tlsPort}`);
});

test("a proxy that demands certificates takes no call of a server that has none", async () => {
	const strict = await startProxy({ certificatesBy: authority.root });
	const server = await startServer(strict, { OutboundProxy: strict.uri("tls") });
	const call = await server.run("call", "sip:a@127.0.0.1", "sip:b@127.0.0.1", "--anchor");
	expect(call.stdout).toContain("503 Initiator");
	await server.stop();
	await strict.stop();
	expect(strict.requests).toEqual([]);
});
