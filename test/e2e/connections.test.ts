/** TCP and TLS connections of the server, to a peer whose every byte is written here. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Authority } from "../support/authority.ts";
import { freePorts } from "../support/free-port.ts";
import { headerOf } from "../support/raw-peer.ts";
import {
	inDialog,
	type PeerTls,
	RawStreamPeer,
	type Received,
	responseTo,
	sdpOf,
} from "../support/raw-stream-peer.ts";
import { ServerProcess } from "../support/server-process.ts";
import { XmlClient } from "../support/xml-client.ts";

let authority: Authority;
let tls: PeerTls;
let server: ServerProcess;
let client: XmlClient;
let tlsPort: number;

beforeAll(async () => {
	authority = new Authority();
	const { certificate: cert, key } = authority.issue({ names: "DNS:localhost,IP:127.0.0.1" });
	tls = { cert, key, ca: authority.root };
	const [port = 0] = await freePorts(1);
	tlsPort = port;
	server = await ServerProcess.start({
		settings: { TLSPort: port, TLSDomainName: "localhost" },
		files: (folder) => {
			writeFileSync(join(folder, "domain_cert_localhost.pem"), cert);
			writeFileSync(join(folder, "domain_key_localhost.pem"), key);
			writeFileSync(join(folder, "root_cert_test.pem"), authority.root);
		},
	});
	client = await XmlClient.connect(server.xmlPort);
});

afterAll(async () => {
	client.stop();
	await server.stop();
	authority[Symbol.dispose]();
});

/** Answers every INVITE and BYE with 200; `except` takes those that a test answers itself. */
function phone(
	protocol: "TCP" | "TLS",
	{
		contact,
		except = () => false,
	}: { contact?: (peer: RawStreamPeer) => string; except?: (text: string) => boolean } = {},
): RawStreamPeer {
	const peer = new RawStreamPeer(protocol === "TLS" ? { tls } : {});
	peer.answerBy(({ text, connection }) => {
		if (!/^(?:INVITE|BYE|CANCEL) /.test(text) || except(text)) return;
		const isInvite = text.startsWith("INVITE ");
		connection.send(
			responseTo(text, 200, {
				headers: [`Contact: <${contact?.(peer) ?? peer.uri("phone")}>`],
				...(isInvite && { sdp: sdpOf(peer.address, text) }),
			}),
		);
	});
	return peer;
}

describe.each(["TCP", "TLS"] as const)("over %s", (protocol) => {
	const sipPort = (): number => (protocol === "TLS" ? tlsPort : server.sipPort);

	test("one connection carries the requests of both sides, and their answers", async () => {
		const peer = phone(protocol);
		const call = client.place({
			initiator: peer.uri("a"),
			destination: peer.uri("b"),
			anchor: true,
		});
		await call.finished();
		expect(call.chain.at(-1)).toBe("200 Destination");
		const invite = peer.received[0];
		if (!invite) throw new Error("no INVITE");
		const via = `SIP/2.0/${protocol} 127.0.0.1:${peer.port}`;
		invite.connection.send(inDialog(invite.text, "BYE", { via, cseq: 1 }));
		const answer = await peer.next("SIP/2.0 200", "1 BYE");
		expect(answer.connection).toBe(invite.connection);
		await peer.next("BYE ");
		expect(peer.connections).toHaveLength(1);
		peer.stop();
	});

	test("a request is answered on the connection that it came by, though its Via leads elsewhere", async () => {
		const peer = new RawStreamPeer(protocol === "TLS" ? { tls } : {});
		const connection = await peer.connect(sipPort());
		connection.send(
			[
				`OPTIONS sip:127.0.0.1 SIP/2.0`,
				`Via: SIP/2.0/${protocol} 192.0.2.1:9;branch=z9hG4bKa;rport`,
				`Via: SIP/2.0/UDP 192.0.2.2;branch=z9hG4bKb`,
				"Max-Forwards: 70",
				"From: <sip:me@example.com>;tag=1",
				"To: <sip:127.0.0.1>",
				"Call-ID: options",
				"CSeq: 1 OPTIONS",
				"Content-Length: 0",
				"",
				"",
			].join("\r\n"),
		);
		const answer = await peer.next("SIP/2.0 200");
		expect(answer.connection).toBe(connection);
		const vias = answer.text.split("\r\n").filter((line) => line.startsWith("Via: "));
		expect(vias[0]).toContain(";received=127.0.0.1");
		expect(vias[0]).toMatch(/;rport=\d+/);
		expect(vias[1]).toBe("Via: SIP/2.0/UDP 192.0.2.2;branch=z9hG4bKb");
		connection.send("\r\n\r\n");
		expect((await peer.next("\r\n")).text).toBe("\r\n");
		peer.stop();
	});

	test("a phone that closes the connection on every INVITE fails the call at once, not by a time-out", async () => {
		const peer = new RawStreamPeer(protocol === "TLS" ? { tls } : {});
		peer.answerBy(({ connection }) => connection.close());
		const call = client.place({ initiator: peer.uri("a"), destination: peer.uri("b"), anchor: true });
		expect((await call.finished()).at(-1)).toBe("503 Initiator");
		peer.stop();
	});

	test("a BYE whose connection has closed goes by a new one", async () => {
		const peer = phone(protocol);
		const call = client.place({ initiator: peer.uri("a"), destination: peer.uri("b"), anchor: true });
		await call.finished();
		const [first] = peer.connections;
		const isB = ({ text }: Received): boolean => text.startsWith("INVITE sip:b@");
		const b = peer.received.find(isB);
		if (!first || !b) throw new Error("no call");
		first.close();
		const own = await peer.connect(sipPort());
		own.send(inDialog(b.text, "BYE", { via: `SIP/2.0/${protocol} 127.0.0.1:9`, cseq: 1 }));
		expect((await peer.next("SIP/2.0 200", "1 BYE")).connection).toBe(own);
		const bye = await peer.next("BYE ");
		expect([first, own]).not.toContain(bye.connection);
		expect(bye.text).toContain(`\r\nVia: SIP/2.0/${protocol} 127.0.0.1:${sipPort()};`);
		peer.stop();
	});

	test("the answer to a request whose connection has closed goes to the port of its Via", async () => {
		const peer: RawStreamPeer = phone(protocol, {
			except: (text) => text.startsWith("INVITE ") && text.includes("m=video"),
		});
		const call = client.place({ initiator: peer.uri("a"), destination: peer.uri("b"), anchor: true });
		await call.finished();
		const a = peer.received.find(({ text }) => text.startsWith("INVITE sip:a@"));
		if (!a) throw new Error("no call");
		const own = await peer.connect(sipPort());
		const sdp = sdpOf("127.0.0.1").replace("m=audio", "m=video");
		const via = `SIP/2.0/${protocol} ${protocol === "TLS" ? "localhost" : "127.0.0.1"}:${peer.port}`;
		own.send(inDialog(a.text, "INVITE", { via, cseq: 7, contact: peer.uri("a"), sdp }));
		const held = await peer.next("INVITE ", "m=video");
		own.close();
		held.connection.send(
			responseTo(held.text, 200, { headers: [`Contact: <${peer.uri("b")}>`], sdp: sdpOf("127.0.0.1", sdp) }),
		);
		const answer = await peer.next("SIP/2.0 200", "7 INVITE");
		expect(answer.connection).not.toBe(own);
		peer.stop();
	});

	test("a phone whose Contact leads nowhere is reached by the connection of its call", async () => {
		const [nowhere = 0] = await freePorts(1);
		const peer = phone(protocol, {
			contact: ({ address }) => `sip:x@${address}:${nowhere};transport=${protocol}`,
		});
		const call = client.place({ initiator: peer.uri("a"), destination: peer.uri("b"), anchor: true });
		await call.finished();
		const [first] = peer.received;
		if (!first) throw new Error("no INVITE");
		first.connection.send(
			inDialog(first.text, "BYE", { via: `SIP/2.0/${protocol} 127.0.0.1:${peer.port}`, cseq: 1 }),
		);
		expect((await peer.next("BYE ")).connection).toBe(first.connection);
		peer.stop();
	});
});

test("a call to sips URIs is TLS from end to end, though the phones' Contacts are plain", async () => {
	const peer = phone("TLS", { contact: ({ address, port }) => `sip:phone@${address}:${port}` });
	const secure = (user: string): string => `sips:${user}@localhost:${peer.port}`;
	const call = client.place({ initiator: secure("a"), destination: secure("b"), anchor: true });
	await call.finished();
	expect(call.chain.at(-1)).toBe("200 Destination");
	const [first] = peer.received;
	if (!first) throw new Error("no INVITE");
	const via = `SIP/2.0/TLS 127.0.0.1:${peer.port}`;
	first.connection.send(inDialog(first.text, "BYE", { via, cseq: 1 }));
	await peer.next("BYE ");
	for (const { text } of peer.received.filter((message) => !message.text.startsWith("SIP/2.0"))) {
		expect(headerOf(text, "Via")).toStartWith(`SIP/2.0/TLS 127.0.0.1:${tlsPort};`);
		if (text.startsWith("INVITE ")) expect(headerOf(text, "Contact")).toStartWith("<sips:");
	}
	peer.stop();
});

test("a call to a sips URI is never tried without TLS", async () => {
	const firstBytes: number[] = [];
	const plain = Bun.listen({
		hostname: "127.0.0.1",
		port: 0,
		socket: {
			data: (socket, bytes) => {
				firstBytes.push(bytes[0] ?? 0);
				socket.terminate();
			},
		},
	});
	for (const transport of ["", ";transport=tcp", ";transport=udp"]) {
		const initiator = `sips:a@127.0.0.1:${plain.port}${transport}`;
		const call = client.place({ initiator, destination: "sip:b@127.0.0.1", anchor: true });
		expect((await call.finished()).at(-1)).toBe("503 Initiator");
	}
	const CLIENT_HELLO = 0x16;
	expect(firstBytes).toEqual([CLIENT_HELLO, CLIENT_HELLO]);
	plain.stop(true);
});
