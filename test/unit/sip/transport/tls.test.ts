import { afterAll, describe, expect, test } from "bun:test";
import type { TlsSettings } from "../../../../src/sip/transport/transport-options.ts";
import { TransportError } from "../../../../src/sip/transport/types.ts";
import type { TlsIdentity } from "../../../../src/tls/tls-files.ts";
import { TlsRoots } from "../../../../src/tls/tls-roots.ts";
import { Authority, LOOPBACK_NAMES } from "../../../support/authority.ts";
import { message, openTlsTransport, openTransport, WatchedClock } from "./support.ts";

const LOOPBACK = "127.0.0.1";
const DOMAIN = "example.test";

const authority = new Authority();
const stranger = new Authority("Unknown Authority");
afterAll(() => {
	authority[Symbol.dispose]();
	stranger[Symbol.dispose]();
});
const { roots } = authority;
const good = authority.issue({ names: `URI:sip:${DOMAIN}` });

/** A TLS server that writes down what it is sent, and who shows a certificate. */
function openServer(identity: TlsIdentity, options: Partial<Bun.TLSOptions> = {}) {
	const seen = { data: "", clients: [] as (string | undefined)[] };
	const ended = Promise.withResolvers<void>();
	const received = Promise.withResolvers<string>();
	const server = Bun.listen({
		hostname: LOOPBACK,
		port: 0,
		tls: { cert: identity.certificate, key: identity.key, ...options },
		socket: {
			handshake: (socket) => {
				seen.clients.push(socket.getPeerX509Certificate()?.subject);
			},
			data: (_socket, bytes) => {
				seen.data += bytes.toString();
				received.resolve(seen.data);
			},
			close: () => ended.resolve(),
			error() {},
		},
	});
	return {
		seen,
		ended: ended.promise,
		received: received.promise,
		target: { protocol: "TLS", address: LOOPBACK, port: server.port, domain: DOMAIN } as const,
		[Symbol.dispose]: () => server.stop(true),
	};
}

/** We as a client only. */
const openClient = (tls: Partial<TlsSettings> = {}) =>
	openTransport(LOOPBACK, { tls: { port: 0, roots, ...tls } });

/** Opens a connection and says nothing. @returns what waits for its end. */
async function connectInSilence(port: number): Promise<() => Promise<void>> {
	const ended = Promise.withResolvers<void>();
	await Bun.connect({ hostname: LOOPBACK, port, socket: { data() {}, close: () => ended.resolve() } });
	return () => ended.promise;
}

describe("the certificate of a server that we reach", () => {
	test.each([
		["has the domain in a SIP URI", { names: `URI:sip:${DOMAIN}` }],
		["has the domain as a DNS name", { names: `DNS:other.test,DNS:${DOMAIN}` }],
		["has the domain as common name and no subjectAltName", { subject: `/CN=${DOMAIN}` }],
	])("is good when it %s", async (_rule, request) => {
		using server = openServer(authority.issue(request));
		using us = await openClient();
		const flow = await us.transport.flowTo(server.target);
		flow.send(message("one"));
		expect(await server.received).toBe(message("one"));
		expect(us.log.at("WARNING")).toEqual([]);
	});

	const cases: [string, TlsIdentity, string[]][] = [
		[
			"is for another domain",
			authority.issue({ names: "URI:sip:other.test,DNS:pbx.test" }),
			["it is for another name", "URI:sip:other.test, DNS:pbx.test"],
		],
		["has a wildcard", authority.issue({ names: "DNS:*.test" }), ["it is for another name", "DNS:*.test"]],
		[
			"has the domain as common name beside a subjectAltName",
			authority.issue({ subject: `/CN=${DOMAIN}`, names: "DNS:other.test" }),
			["it is for another name"],
		],
		["has expired", authority.issue({ names: `DNS:${DOMAIN}`, days: -1 }), ["it has expired"]],
		[
			"is self-signed",
			authority.issue({ subject: `/CN=${DOMAIN}`, selfSigned: true }),
			["it is self-signed", `CN=${DOMAIN}`],
		],
		[
			"is by an unknown authority",
			stranger.issue({ names: `DNS:${DOMAIN}` }),
			["no trusted root has signed it", "by CN=Unknown Authority"],
		],
		[
			"is not for servers",
			authority.issue({ names: `DNS:${DOMAIN}`, extensions: ["extendedKeyUsage=clientAuth"] }),
			["it is not for TLS servers"],
		],
		[
			"has expired and is for another domain",
			authority.issue({ names: "DNS:other.test", days: -1 }),
			["it has expired", "DNS:other.test"],
		],
		["is for nobody", authority.issue({}), ["it is for another name", "presented one for nobody"]],
	];
	test.each(cases)(
		"is refused when it %s: an error and one line in the log say what was expected and presented, nothing is sent",
		async (_rule, identity, words) => {
			using server = openServer(identity);
			using us = await openClient();
			const attempt = async () => us.transport.flowTo(server.target);
			const error: unknown = await attempt().catch((reason: unknown) => reason);
			if (!(error instanceof TransportError)) throw new Error("a TransportError was expected");
			expect(error.message).toStartWith(`Cannot connect to TLS ${LOOPBACK}:${server.target.port}: `);
			for (const word of [...words, `expected one for ${DOMAIN}`]) expect(error.message).toContain(word);
			const [line, ...others] = us.log.at("WARNING");
			expect(others).toEqual([]);
			expect(error.message).toEndWith(line?.slice(line.indexOf("certificate refused")) ?? "");
			expect(line).toStartWith(`TLS ${LOOPBACK}:${server.target.port}: certificate refused`);
			expect(line).not.toContain("BEGIN");
			await server.ended;
			expect(server.seen.data).toBe("");
			expect(us.user.closed).toEqual([]);
		},
	);

	test("is good when it is self-signed and among the trusted roots", async () => {
		const own = authority.issue({ names: `DNS:${DOMAIN}`, selfSigned: true });
		using server = openServer(own);
		using us = await openClient({ roots: new TlsRoots([own.certificate], () => []) });
		expect((await us.transport.flowTo(server.target)).open).toBe(true);
	});

	test("is good when one of the system's roots has signed it", async () => {
		using server = openServer(good);
		using us = await openClient({ roots: new TlsRoots([stranger.root], () => [authority.root]) });
		expect((await us.transport.flowTo(server.target)).open).toBe(true);
	});

	test("has to be for the address when no domain is meant", async () => {
		using server = openServer(good);
		using us = await openClient();
		const { protocol, address, port } = server.target;
		const attempt = async () => us.transport.flowTo({ protocol, address, port });
		expect(await attempt().catch((reason: unknown) => reason)).toMatchObject({
			message: expect.stringContaining(`expected one for ${LOOPBACK}`),
		});
	});

	test("text in it can neither break the line of the log nor fill it", async () => {
		using server = openServer(authority.issue({ subject: `/CN=a\nCRIT b\u0007${"c".repeat(50)}` }));
		using us = await openClient();
		const attempt = async () => us.transport.flowTo(server.target);
		await attempt().catch(() => {});
		const [line = ""] = us.log.at("WARNING");
		expect(line).toContain("a?CRIT b?c");
		expect(line).toMatch(/^[\x20-\x7e…]{1,400}$/);
	});
});

describe("a TLS connection that we open", () => {
	test("is used again for the same domain and for its bare address, not for another domain", async () => {
		using server = openServer(authority.issue({ names: "DNS:example.test,DNS:other.test" }));
		using us = await openClient();
		const flow = await us.transport.flowTo(server.target);
		expect(us.transport.flowTo({ ...server.target, domain: "EXAMPLE.test" })).toBe(flow);
		expect(us.transport.flowTo({ ...server.target, domain: LOOPBACK })).toBe(flow);
		const other = await us.transport.flowTo({ ...server.target, domain: "other.test" });
		expect(other).not.toBe(flow);
	});

	test("says the TLS port as ours when it is open", async () => {
		using server = openServer(good);
		using us = await openTlsTransport(LOOPBACK, { identity: good, roots });
		const flow = await us.transport.flowTo(server.target);
		expect(flow.local).toEqual({ address: LOOPBACK, port: us.portOf("TLS") });
		expect(flow).toMatchObject({ protocol: "TLS", reliable: true });
	});

	test("says its own port when ours is closed, and the peer finds us by it", async () => {
		const peerIdentity = authority.issue({ names: LOOPBACK_NAMES });
		using peer = await openTlsTransport(LOOPBACK, { identity: peerIdentity, roots });
		using us = await openClient();
		const flow = await us.transport.flowTo({
			protocol: "TLS",
			address: LOOPBACK,
			port: peer.portOf("TLS"),
		});
		flow.send(message("one"));
		const { flow: back } = await peer.user.message(0);
		expect(peer.transport.flowTo({ protocol: "TLS", ...flow.local })).toBe(back);
		back.send(message("two"));
		expect(await us.user.message(0)).toEqual({ text: message("two"), flow });
	});

	test("comes from the address in IPAddress, and says so, also when the TLS port is closed", async () => {
		using server = openServer(good);
		using us = await openTransport("127.0.0.2", { tls: { port: 0, roots } });
		const flow = await us.transport.flowTo(server.target);
		expect(flow.local.address).toBe("127.0.0.2");
	});

	test("carries more than the socket buffers hold, whole and in order, and what was sent before it closes", async () => {
		using peer = await openTlsTransport(LOOPBACK, { identity: good, roots });
		const us = await openClient();
		const target = { protocol: "TLS", address: LOOPBACK, port: peer.portOf("TLS"), domain: DOMAIN } as const;
		const flow = await us.transport.flowTo(target);
		const large = (mark: number) => {
			const body = String(mark % 10).repeat(60_000);
			return `MESSAGE sip:a SIP/2.0\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
		};
		for (let count = 0; count < 15; count++) flow.send(large(count));
		await peer.user.message(14);
		expect(peer.user.heard.every(({ text }, index) => text === large(index))).toBe(true);
		flow.send(message("last"));
		us.transport.close();
		await peer.user.until(() => peer.user.closed.length === 1);
		expect(peer.user.heard[15]?.text).toBe(message("last"));
	});

	test("a server that speaks no TLS is a TransportError", async () => {
		const server = Bun.listen({
			hostname: LOOPBACK,
			port: 0,
			socket: { data: (socket) => void socket.write("SIP/2.0 400 Bad Request\r\n\r\n") },
		});
		using us = await openClient();
		const attempt = async () =>
			us.transport.flowTo({ protocol: "TLS", address: LOOPBACK, port: server.port, domain: DOMAIN });
		expect(await attempt().catch((reason: unknown) => reason)).toMatchObject({
			name: "TransportError",
			message: expect.stringContaining("the TLS handshake failed"),
		});
		server.stop(true);
	});

	test("a server that closes during the handshake is a TransportError", async () => {
		const server = Bun.listen({
			hostname: LOOPBACK,
			port: 0,
			socket: { data: (socket) => void socket.end() },
		});
		using us = await openClient();
		const attempt = async () =>
			us.transport.flowTo({ protocol: "TLS", address: LOOPBACK, port: server.port, domain: DOMAIN });
		expect(await attempt().catch((reason: unknown) => reason)).toBeInstanceOf(TransportError);
		server.stop(true);
	});

	test("a server that never answers the handshake is given up and its connection closed", async () => {
		const clock = new WatchedClock();
		const asked = Promise.withResolvers<void>();
		const ended = Promise.withResolvers<void>();
		const server = Bun.listen({
			hostname: LOOPBACK,
			port: 0,
			socket: { data: () => asked.resolve(), close: () => ended.resolve() },
		});
		using us = await openTransport(LOOPBACK, { clock, tls: { port: 0, roots } });
		const attempt = Promise.resolve(
			us.transport.flowTo({ protocol: "TLS", address: LOOPBACK, port: server.port, domain: DOMAIN }),
		);
		await asked.promise;
		await clock.untilPending(2);
		clock.advance(5000);
		expect(await attempt.catch((reason: unknown) => reason)).toMatchObject({
			message: `Cannot connect to TLS ${LOOPBACK}:${server.port}: no answer within 5 s`,
		});
		await ended.promise;
		expect(clock.pending).toBe(0);
		server.stop(true);
	});
});

describe("mutual TLS", () => {
	const ours = authority.issue({ subject: "/CN=ours", names: "URI:sip:ours.test" });
	const asking = { ca: authority.root, requestCert: true, rejectUnauthorized: true };

	test("a server that asks is shown our certificate", async () => {
		using server = openServer(good, asking);
		using us = await openClient({ identity: ours });
		const flow = await us.transport.flowTo(server.target);
		flow.send(message("one"));
		expect(await server.received).toBe(message("one"));
		expect(server.seen.clients).toEqual(["CN=ours"]);
	});

	test("a server that insists on one that we do not have: the connection closes and the log says why", async () => {
		using server = openServer(good, asking);
		using us = await openClient();
		const flow = await us.transport.flowTo(server.target);
		await us.user.until(() => us.user.closed.length === 1);
		expect(us.user.closed).toEqual([flow]);
		expect(us.log.at("WARNING").join()).toContain("CERTIFICATE_REQUIRED");
	});

	test("a server that is not to be trusted does not get to see our certificate", async () => {
		using server = openServer(stranger.issue({ names: `DNS:${DOMAIN}` }), {
			...asking,
			rejectUnauthorized: false,
		});
		using us = await openClient({ identity: ours });
		const attempt = async () => us.transport.flowTo(server.target);
		expect(await attempt().catch((reason: unknown) => reason)).toBeInstanceOf(TransportError);
		await server.ended;
		expect(server.seen.clients.filter((name) => name !== undefined)).toEqual([]);
	});
});

describe("TLS connections that we take", () => {
	test("a client that speaks no TLS is closed, and the log says so", async () => {
		using us = await openTlsTransport(LOOPBACK, { identity: good, roots });
		const ended = Promise.withResolvers<void>();
		await Bun.connect({
			hostname: LOOPBACK,
			port: us.portOf("TLS"),
			socket: {
				open: (socket) => void socket.write(message("in the clear")),
				data() {},
				close: () => ended.resolve(),
			},
		});
		await ended.promise;
		expect(us.log.at("WARNING").join()).toContain(`TLS handshake of ${LOOPBACK} failed`);
		expect(us.user.heard).toEqual([]);
		expect(us.user.closed).toEqual([]);
	});

	test("a client that begins no handshake is closed after 5 s", async () => {
		const clock = new WatchedClock();
		using us = await openTlsTransport(LOOPBACK, { identity: good, roots }, { clock });
		const ended = await connectInSilence(us.portOf("TLS"));
		await clock.untilPending(1);
		clock.advance(5000);
		await ended();
		expect(clock.pending).toBe(0);
		expect(us.log.at("WARNING").join()).toContain("no TLS handshake within 5 s");
	});

	test("an address may have 32 handshakes under way, and others theirs beside it", async () => {
		const clock = new WatchedClock();
		using us = await openTlsTransport("0.0.0.0", { identity: good, roots }, { clock });
		const connect = async (localAddress: string) => {
			const ended = Promise.withResolvers<void>();
			// An option that the runtime's types do not know.
			const from = { localAddress };
			const socket = await Bun.connect({
				hostname: LOOPBACK,
				port: us.portOf("TLS"),
				...from,
				socket: { data() {}, error() {}, close: () => ended.resolve() },
			});
			return { socket, ended: ended.promise };
		};
		const first = await connect("127.0.0.2");
		for (let count = 1; count < 32; count++) await connect("127.0.0.2");
		await clock.untilPending(32);
		await (await connect("127.0.0.2")).ended;
		expect(us.log.at("WARNING").join()).toContain("too many handshakes of this address at once");
		await connect("127.0.0.3");
		await clock.untilPending(33);
		first.socket.terminate();
		await first.ended;
		while (clock.pending === 33) await new Promise((resolve) => setImmediate(resolve));
		await connect("127.0.0.2");
		await clock.untilPending(33);
	});

	test("close ends handshakes that are under way", async () => {
		const clock = new WatchedClock();
		const us = await openTlsTransport(LOOPBACK, { identity: good, roots }, { clock });
		const ended = await connectInSilence(us.portOf("TLS"));
		await clock.untilPending(1);
		us.transport.close();
		await ended();
		expect(clock.pending).toBe(0);
	});

	test("clients are not asked for a certificate", async () => {
		using us = await openTlsTransport(LOOPBACK, { identity: good, roots });
		using client = await openClient({ identity: good });
		const flow = await client.transport.flowTo({
			protocol: "TLS",
			address: LOOPBACK,
			port: us.portOf("TLS"),
			domain: DOMAIN,
		});
		flow.send(message("one"));
		expect((await us.user.message(0)).text).toBe(message("one"));
		expect(us.log.at("WARNING")).toEqual([]);
	});
});

describe("a renewed certificate", () => {
	const subjectAt = async (port: number): Promise<string | undefined> => {
		const { promise, resolve } = Promise.withResolvers<string | undefined>();
		const socket = await Bun.connect({
			hostname: LOOPBACK,
			port,
			tls: { ca: [authority.root], rejectUnauthorized: false },
			socket: { data() {}, handshake: (peer) => resolve(peer.getPeerX509Certificate()?.subject) },
		});
		const subject = await promise;
		socket.terminate();
		return subject;
	};

	test("is shown to new peers in both directions, and connections go on", async () => {
		const old = authority.issue({ subject: "/CN=old", names: LOOPBACK_NAMES });
		const renewed = authority.issue({ subject: "/CN=renewed", names: LOOPBACK_NAMES });
		using us = await openTlsTransport(LOOPBACK, { identity: old, roots });
		using peer = openServer(authority.issue({ names: `DNS:${DOMAIN}` }), {
			ca: [authority.root],
			requestCert: true,
			rejectUnauthorized: false,
		});
		const port = us.transport.listening.find(({ protocol }) => protocol === "TLS")?.port ?? 0;
		const flow = await us.transport.flowTo(peer.target);
		expect(await subjectAt(port)).toBe("CN=old");
		us.transport.renewCertificate(renewed);
		expect(await subjectAt(port)).toBe("CN=renewed");
		flow.send(message("after"));
		expect(await peer.received).toBe(message("after"));
		using other = openServer(authority.issue({ names: `DNS:${DOMAIN}` }), {
			ca: [authority.root],
			requestCert: true,
			rejectUnauthorized: false,
		});
		const later = await us.transport.flowTo(other.target);
		later.send(message("new"));
		await other.received;
		expect([...peer.seen.clients, ...other.seen.clients]).toEqual(["CN=old", "CN=renewed"]);
	});
});
