import { afterAll, beforeAll, expect, test } from "bun:test";
import { SimulatedPhone } from "../../src/simulator/phone.ts";
import { freePorts } from "../support/free-port.ts";
import { headerOf, RawPeer } from "../support/raw-peer.ts";
import { ServerProcess } from "../support/server-process.ts";
import { XmlClient } from "../support/xml-client.ts";

let server: ServerProcess;
let client: XmlClient;

beforeAll(async () => {
	server = await ServerProcess.start();
	client = await XmlClient.connect(server.xmlPort);
});

afterAll(async () => {
	client.stop();
	await server.stop();
});

/** A user part so long that an INVITE to it is larger than a datagram may be (RFC 3261 section 18.1.1). */
const LONG = `answer+${"x".repeat(420)}`;

test.each([
	["both", "TCP"],
	["UDP", "UDP"],
] as const)("a large INVITE to a phone that takes %s goes by %s", async (protocol, used) => {
	const phone = await SimulatedPhone.start({ address: "127.0.0.1", port: 0, protocol });
	const call = client.place({
		initiator: phone.uri(LONG, "UDP"),
		destination: phone.uri("busy", "UDP"),
		anchor: true,
	});
	expect((await call.finished()).at(-1)).toBe("486 Destination");
	const invite = phone.calls[0]?.messages[0]?.text ?? "";
	expect(Buffer.byteLength(invite)).toBeGreaterThan(1300);
	expect(invite).toMatch(/\r\nContact: <sip:[^;>]*>\r\n/);
	expect(invite).toContain(`\r\nVia: SIP/2.0/${used} 127.0.0.1:${server.sipPort};`);
	await phone.idle();
	expect(phone.faults).toEqual([]);
	await phone.stop();
});

test("a phone that is not there costs no 32 s, and does not harm a call to one that says nothing yet", async () => {
	const [dead = 0] = await freePorts(1);
	const phone = await SimulatedPhone.start({ address: "127.0.0.1", port: 0, protocol: "UDP" });
	const destination = phone.uri("answer");
	const other = client.place({ initiator: phone.uri("silent"), destination, anchor: true });
	const begin = performance.now();
	const call = client.place({ initiator: `sip:gone@127.0.0.1:${dead}`, destination, anchor: true });
	expect((await call.finished()).at(-1)).toBe("503 Initiator");
	expect(performance.now() - begin).toBeLessThan(16_000);
	expect(other.chain).toEqual(["100"]);
	await phone.stop();
});

test("a host name is looked up, and the phone is called at its address", async () => {
	const phone = await SimulatedPhone.start({ address: "127.0.0.1", port: 0, protocol: "UDP" });
	const uri = (user: string): string => phone.uri(user).replace("127.0.0.1", "localhost");
	const call = client.place({ initiator: uri("answer"), destination: uri("busy"), anchor: true });
	expect((await call.finished()).at(-1)).toBe("486 Destination");
	await phone.idle();
	await phone.stop();
});

/** What a stranger sends by itself, and the first line of what comes back; undefined for silence. */
async function ask(lines: readonly string[]): Promise<string | undefined> {
	const { promise, resolve } = Promise.withResolvers<string | undefined>();
	const socket = await Bun.udpSocket({
		hostname: "127.0.0.1",
		port: 0,
		socket: { data: (_socket, bytes) => resolve(bytes.toString().split("\r\n")[0]) },
	});
	socket.send(`${lines.join("\r\n")}\r\n\r\n`, server.sipPort, "127.0.0.1");
	const silence = setTimeout(() => resolve(undefined), 300);
	const answer = await promise;
	clearTimeout(silence);
	socket.close();
	return answer;
}

let branch = 0;
const request = (method: string, ...more: string[]): string[] => [
	`${method} sip:x@127.0.0.1 SIP/2.0`,
	`Via: SIP/2.0/UDP 127.0.0.1:9;rport;branch=z9hG4bKstranger${++branch}`,
	"Max-Forwards: 70",
	"From: <sip:stranger@127.0.0.1>;tag=1",
	`Call-ID: stranger${branch}`,
	`CSeq: 1 ${method}`,
	"Contact: <sip:stranger@127.0.0.1>",
	...more,
];
const TO = "To: <sip:x@127.0.0.1>";

test.each([
	["OPTIONS", request("OPTIONS", TO), "SIP/2.0 200 OK"],
	["INVITE", request("INVITE", TO), "SIP/2.0 403 Forbidden"],
	["ACK", request("ACK", TO), undefined],
	["REGISTER", request("REGISTER", TO), "SIP/2.0 405 Method Not Allowed"],
	["BYE in an unknown dialog", request("BYE", `${TO};tag=2`), "SIP/2.0 481 Call/Transaction Does Not Exist"],
	[
		"INFO in an unknown dialog",
		request("INFO", `${TO};tag=2`),
		"SIP/2.0 481 Call/Transaction Does Not Exist",
	],
	["an extension nobody has", request("OPTIONS", TO, "Require: magic"), "SIP/2.0 420 Bad Extension"],
	["rubbish", ["rubbish"], undefined],
] as const)("%s from outside", async (_name, lines, expected) => {
	expect(await ask(lines)).toBe(expected);
});

test("a request that lacks To is refused with 400", async () => {
	expect(await ask(request("OPTIONS"))).toStartWith("SIP/2.0 400 ");
});

test.each([
	["doubled", ["Content-Length: 3", "Content-Length: 5"]],
	["negative", ["Content-Length: -1"]],
])(
	"a request over TCP with a %s Content-Length gets 400, and the connection is closed",
	async (_what, lengths) => {
		const { promise, resolve } = Promise.withResolvers<string>();
		let heard = "";
		const socket = await Bun.connect({
			hostname: "127.0.0.1",
			port: server.sipPort,
			socket: {
				data: (_socket, bytes) => {
					heard += bytes.toString();
				},
				close: () => resolve(heard),
			},
		});
		const lines = request("OPTIONS", TO, ...lengths).map((line) => line.replace("/UDP", "/TCP"));
		socket.write(`${lines.join("\r\n")}\r\n\r\nbody`);
		expect(await promise).toStartWith("SIP/2.0 400 ");
	},
);

/** A NAT: what the phone sends comes from another port, and what comes to that port goes to the phone. */
async function natFor(phone: RawPeer) {
	const nat = await Bun.udpSocket({
		hostname: "127.0.0.1",
		port: 0,
		binaryType: "buffer",
		socket: {
			data: (socket, bytes, port) =>
				void socket.send(bytes, port === phone.port ? server.sipPort : phone.port, "127.0.0.1"),
		},
	});
	return nat;
}

test("a phone behind a NAT that asks for rport gets its answer through the NAT, and is told its address", async () => {
	const phone = await RawPeer.start();
	const nat = await natFor(phone);
	const lines = request("OPTIONS", TO).map((line) =>
		line.startsWith("Via: ") ? line.replace("127.0.0.1:9", "10.0.0.7:5060") : line,
	);
	phone.send(`${lines.join("\r\n")}\r\n\r\n`, nat.port);
	const via = headerOf(await phone.next("SIP/2.0 200"), "Via");
	expect(via).toContain(`;rport=${nat.port}`);
	expect(via).toContain(";received=127.0.0.1");
	nat.close();
	phone.stop();
});

test("a phone that does not ask for rport gets its answer at the port of its Via", async () => {
	const phone = await RawPeer.start();
	const other = await RawPeer.start();
	const lines = request("OPTIONS", TO).map((line) =>
		line.startsWith("Via: ") ? line.replace("127.0.0.1:9;rport", `10.0.0.7:${other.port}`) : line,
	);
	phone.send(`${lines.join("\r\n")}\r\n\r\n`, server.sipPort);
	const via = headerOf(await other.next("SIP/2.0 200"), "Via");
	expect(via).toContain(";received=127.0.0.1");
	expect(via).not.toContain("rport");
	expect(phone.received).toEqual([]);
	phone.stop();
	other.stop();
});
