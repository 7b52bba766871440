/**
 * The executable in a network namespace whose address changes, and whose connections die without a word: what only a
 * real kernel tells. Needs root and iproute2.
 */
import { afterEach, beforeEach, expect, test } from "bun:test";
import { headerOf } from "../support/raw-peer.ts";
import { RawStreamPeer, type Received, responseTo, sdpOf } from "../support/raw-stream-peer.ts";
import { ServerProcess } from "../support/server-process.ts";
import { TestNetwork } from "../support/test-network.ts";
import { XmlClient } from "../support/xml-client.ts";

let network: TestNetwork;
let pbx: RawStreamPeer;
let server: ServerProcess;

beforeEach(async () => {
	network = TestNetwork.create(1);
	pbx = new RawStreamPeer({ address: network.address(254) });
	pbx.answerBy(answer);
	server = await ServerProcess.start({
		inside: (...command) => network.inside(...command),
		host: network.address(1),
		settings: {
			ClickToCallIdentity: `sip:ctc@${pbx.address}`,
			OutboundProxy: pbx.uri("").replace("@", ""),
			Register: 1,
		},
	});
	await pbx.next("REGISTER ");
});

afterEach(async () => {
	await server.stop();
	pbx.stop();
	network.remove();
});

/** A PBX that takes every registration and every call. */
function answer({ text, connection }: Received): void {
	const method = text.slice(0, text.indexOf(" "));
	const contact =
		method === "REGISTER" ? `${headerOf(text, "Contact")};expires=600` : `<${pbx.uri("phone")}>`;
	if (method === "ACK" || method.startsWith("SIP/")) return;
	const sdp = method === "INVITE" ? { sdp: sdpOf(pbx.address) } : {};
	connection.send(responseTo(text, 200, { headers: [`Contact: ${contact}`], ...sdp }));
}

/** Places an anchored call through the PBX. */
async function call(host: number): Promise<string | undefined> {
	const client = await XmlClient.connect(server.xmlPort, network.address(host));
	const chain = await client
		.place({ initiator: pbx.uri("a"), destination: pbx.uri("b"), anchor: true })
		.finished();
	client.stop();
	return chain.at(-1);
}

test("an address that changes: the registration is renewed, phones in calls are told, and calls go on", async () => {
	expect(await call(1)).toBe("200 Destination");
	const before = pbx.received.length;
	network.replaceAddress(1, 2);
	const ours = network.address(2);
	await pbx.next("REGISTER ", `@${ours}:`);
	for (const _leg of ["initiator", "destination"]) {
		const { text } = await pbx.next("INVITE ", `@${ours}:`);
		expect(headerOf(text, "To")).toContain(";tag=");
	}
	expect(await call(2)).toBe("200 Destination");
	const requests = pbx.received.slice(before).filter(({ text }) => !text.startsWith("SIP/"));
	expect(requests.filter(({ text }) => headerOf(text, "Via").includes(network.address(1)))).toEqual([]);
}, 20_000);

test("a connection that died without a word: the call that finds it goes by a new one", async () => {
	for (const port of network.portsTo(pbx.port)) network.loseFrom(port);
	expect(pbx.connections).toHaveLength(1);
	expect(await call(1)).toBe("200 Destination");
	expect(pbx.connections).toHaveLength(2);
}, 60_000);
