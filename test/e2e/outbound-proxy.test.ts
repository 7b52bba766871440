/** OutboundProxy as a loose Route, to a proxy whose every byte is written here. */
import { expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Authority } from "../support/authority.ts";
import { headerOf, RawPeer } from "../support/raw-peer.ts";
import { RawStreamPeer, responseTo } from "../support/raw-stream-peer.ts";
import { ServerProcess } from "../support/server-process.ts";
import { XmlClient } from "../support/xml-client.ts";

const PHONE = "sip:phone@phone.invalid";

/** A proxy that refuses every INVITE with 486, and what it has heard. */
async function proxyOn(transport: string, authority: Authority) {
	if (transport === "udp") {
		const peer = await RawPeer.start();
		return {
			port: peer.port,
			next: async (start: string) => await peer.next(start),
			refuse: (invite: string, serverPort: number) => peer.send(responseTo(invite, 486), serverPort),
			stop: () => peer.stop(),
		};
	}
	const { certificate: cert, key } = authority.issue({ names: "IP:127.0.0.1" });
	const peer = new RawStreamPeer(transport === "tls" ? { tls: { cert, key, ca: authority.root } } : {});
	return {
		port: peer.port,
		next: async (start: string) => (await peer.next(start)).text,
		refuse: (invite: string) => peer.connections[0]?.send(responseTo(invite, 486)),
		stop: () => peer.stop(),
	};
}

test.each([
	["udp", "sip:127.0.0.1:PORT", "<sip:127.0.0.1:PORT;lr>", "sip:"],
	["udp", "sip:127.0.0.1:PORT;lr", "<sip:127.0.0.1:PORT;lr>", "sip:"],
	["udp", "sip:127.0.0.1:PORT;method=BYE?Subject=x", "<sip:127.0.0.1:PORT;lr>", "sip:"],
	["tcp", "sip:127.0.0.1:PORT;transport=tcp", "<sip:127.0.0.1:PORT;transport=tcp;lr>", "sip:"],
	["tcp", "sip:127.0.0.1:PORT;transport=tcp;lr", "<sip:127.0.0.1:PORT;transport=tcp;lr>", "sip:"],
	["tls", "sip:127.0.0.1:PORT;transport=tls", "<sip:127.0.0.1:PORT;transport=tls;lr>", "sip:"],
	["tls", "sips:127.0.0.1:PORT;lr", "<sips:127.0.0.1:PORT;lr>", "sips:"],
])("a call goes by %s through %s", async (transport, setting, route, contactScheme) => {
	using authority = new Authority();
	const proxy = await proxyOn(transport, authority);
	const filled = (text: string): string => text.replace("PORT", String(proxy.port));
	const server = await ServerProcess.start({
		settings: { OutboundProxy: filled(setting) },
		files: (folder) => writeFileSync(join(folder, "root_cert_test.pem"), authority.root),
	});
	const client = await XmlClient.connect(server.xmlPort);
	const call = client.place({ initiator: PHONE, destination: PHONE, anchor: true });
	const invite = await proxy.next("INVITE ");
	expect(invite).toStartWith(`INVITE ${PHONE} SIP/2.0\r\nVia: SIP/2.0/${transport.toUpperCase()} `);
	expect(headerOf(invite, "Route")).toBe(filled(route));
	expect(headerOf(invite, "Contact")).toStartWith(`<${contactScheme}`);
	proxy.refuse(invite, server.sipPort);
	const ack = await proxy.next("ACK ");
	expect(ack).toStartWith(`ACK ${PHONE} SIP/2.0\r\n`);
	expect(headerOf(ack, "Route")).toBe(filled(route));
	expect((await call.finished()).at(-1)).toBe("486 Initiator");
	client.stop();
	await server.stop();
	proxy.stop();
});
