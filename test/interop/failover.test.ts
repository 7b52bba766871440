/** Calls of the executable to a domain with two servers in dnsmasq's SRV records (RFC 3263 section 4.3). */
import { afterEach, beforeEach, expect, test } from "bun:test";
import { Dnsmasq } from "../support/dnsmasq.ts";
import { RawStreamPeer, type Received, responseTo, sdpOf } from "../support/raw-stream-peer.ts";
import { ServerProcess } from "../support/server-process.ts";
import { XmlClient } from "../support/xml-client.ts";

const CALL = { initiator: "sip:a@pbx.test", destination: "sip:b@pbx.test", anchor: true };

let first: RawStreamPeer;
let second: RawStreamPeer;
let dns: Dnsmasq;
let server: ServerProcess;
let client: XmlClient;

beforeEach(async () => {
	first = new RawStreamPeer();
	second = new RawStreamPeer();
	dns = await Dnsmasq.start([
		`--srv-host=_sip._tcp.pbx.test,one.pbx.test,${first.port},10,1`,
		`--srv-host=_sip._tcp.pbx.test,two.pbx.test,${second.port},20,1`,
		"--host-record=one.pbx.test,127.0.0.1",
		"--host-record=two.pbx.test,127.0.0.1",
	]);
	server = await ServerProcess.start({ settings: { DNSServers: `127.0.0.1:${dns.port}` } });
	client = await XmlClient.connect(server.xmlPort);
});

afterEach(async () => {
	client.stop();
	await server.stop();
	await dns.stop();
	first.stop();
	second.stop();
});

/** A phone at the domain: it answers INVITE and BYE with 200 and names the domain in its Contact. */
function answer({ text, connection }: Received): void {
	if (!/^(?:INVITE|BYE) /.test(text)) return;
	const headers = ["Contact: <sip:phone@pbx.test;transport=tcp>"];
	connection.send(
		responseTo(text, 200, { headers, ...(text.startsWith("I") && { sdp: sdpOf("127.0.0.1") }) }),
	);
}

const invitesTo = (peer: RawStreamPeer): number =>
	peer.received.filter(({ text }) => text.startsWith("INVITE ") && !text.includes(";tag=raw")).length;

test.each([
	["cannot be reached", (peer: RawStreamPeer) => peer.stop(), 0],
	[
		"says 503",
		(peer: RawStreamPeer) =>
			peer.answerBy(({ text, connection }) => {
				if (text.startsWith("INVITE ")) connection.send(responseTo(text, 503));
			}),
		1,
	],
	[
		"closes the connection",
		(peer: RawStreamPeer) => peer.answerBy(({ connection }) => connection.close()),
		1,
	],
] as const)(
	"a server that %s: the other one gets the call, and the next ones first",
	async (_fault, spoil, heard) => {
		spoil(first);
		second.answerBy(answer);
		expect((await client.place(CALL).finished()).at(-1)).toBe("200 Destination");
		expect((await client.place(CALL).finished()).at(-1)).toBe("200 Destination");
		expect(invitesTo(first)).toBe(heard);
		expect(invitesTo(second)).toBe(4);
	},
);

test("a BYE goes to the other server when the one that was used is gone", async () => {
	first.answerBy(answer);
	second.answerBy(answer);
	expect((await client.place(CALL).finished()).at(-1)).toBe("200 Destination");
	expect(invitesTo(first)).toBe(2);
	first.stop();
	const stopped = server.stop();
	await second.next("BYE ");
	await second.next("BYE ");
	await stopped;
	server = await ServerProcess.start();
});

test("a server that failed is still used when it is the only one left", async () => {
	first.answerBy(({ text, connection }) => {
		if (text.startsWith("INVITE ")) connection.send(responseTo(text, 503));
	});
	second.answerBy(answer);
	await client.place(CALL).finished();
	first.answerBy(answer);
	second.stop();
	expect((await client.place(CALL).finished()).at(-1)).toBe("200 Destination");
});
