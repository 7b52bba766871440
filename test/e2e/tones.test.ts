import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { SimulatedPhone } from "../../src/simulator/phone.ts";
import { bodyOf, headerOf, RawPeer } from "../support/raw-peer.ts";
import { ServerProcess } from "../support/server-process.ts";
import { amplitude, recordingOf } from "../support/tone-meter.ts";
import { XmlClient } from "../support/xml-client.ts";

/** The initiator's phone: it answers by hand, and listens. */
class Listener {
	readonly peer: RawPeer;
	/** RTP packets. */
	readonly heard: Buffer[] = [];
	readonly rtcp: Buffer[] = [];
	readonly #sockets: Bun.udp.Socket<"buffer">[];

	private constructor(peer: RawPeer, sockets: (listener: () => Listener) => Bun.udp.Socket<"buffer">[]) {
		this.peer = peer;
		this.#sockets = sockets(() => this);
	}

	static async start(address: string): Promise<Listener> {
		let listener: Listener | undefined;
		const open = (hear: (packet: Buffer) => void) =>
			Bun.udpSocket({ hostname: address, socket: { data: (_socket, bytes) => hear(Buffer.from(bytes)) } });
		const sockets = [
			await open((packet) => void listener?.heard.push(packet)),
			await open((packet) => void listener?.rtcp.push(packet)),
		];
		listener = new Listener(await RawPeer.start(address), () => sockets);
		return listener;
	}

	get uri(): string {
		return `sip:listener@${this.peer.place}`;
	}

	/** What it says of its session. */
	sdp(direction: string, format = 0): string {
		const [rtp, rtcp] = this.#sockets.map(({ port }) => port);
		const { address } = this.peer;
		const place = `IN ${address.includes(":") ? "IP6" : "IP4"} ${address}`;
		return `v=0\r\no=listener 1 ${Math.round(performance.now())} ${place}\r\ns=-\r\nc=${place}\r\nt=0 0\r\nm=audio ${rtp} RTP/AVP ${format}\r\na=rtcp:${rtcp}\r\na=${direction}\r\n`;
	}

	answer(request: string, sdp: string, port: number, status = "200 OK"): void {
		const to = headerOf(request, "To");
		this.peer.send(
			[
				`SIP/2.0 ${status}`,
				`Via: ${headerOf(request, "Via")}`,
				`From: ${headerOf(request, "From")}`,
				`To: ${to.includes("tag=") ? to : `${to};tag=listener`}`,
				`Call-ID: ${headerOf(request, "Call-ID")}`,
				`CSeq: ${headerOf(request, "CSeq")}`,
				`Contact: <${this.uri}>`,
				...(sdp === "" ? [] : ["Content-Type: application/sdp"]),
				`Content-Length: ${sdp.length}`,
				"",
				sdp,
			].join("\r\n"),
			port,
		);
	}

	stop(): void {
		this.peer.stop();
		for (const socket of this.#sockets) socket.close();
	}
}

/** The longest part without a gap: a busy machine leaves packets out. */
function longestPart(heard: readonly Buffer[]): readonly Buffer[] {
	let longest: Buffer[] = [];
	let part: Buffer[] = [];
	for (const packet of heard) {
		const before = part.at(-1);
		const goesOn = before && (before.readUInt32BE(4) + 160) >>> 0 === packet.readUInt32BE(4);
		part = goesOn ? [...part, packet] : [packet];
		if (part.length > longest.length) longest = part;
	}
	return longest;
}

let server: ServerProcess;
let client: XmlClient;
let destination: SimulatedPhone;
const stops: (() => unknown)[] = [];

beforeAll(async () => {
	server = await ServerProcess.start({ settings: { Ringback: "us", FailureTone: 1 } });
	client = await XmlClient.connect(server.xmlPort);
	destination = await SimulatedPhone.start({ address: "127.0.0.1", port: 0, protocol: "UDP" });
});

afterAll(async () => {
	client.stop();
	for (const stop of stops) stop();
	await destination.stop();
	await server.stop();
});

/** Calls a phone that listens, and the destination once that has answered. */
async function call(
	behaviour: string,
	{ anchor = true, address = "127.0.0.1", direction = "recvonly" } = {},
) {
	const listener = await Listener.start(address);
	stops.push(() => listener.stop());
	const placed = client.place({ initiator: listener.uri, destination: destination.uri(behaviour), anchor });
	const invite = await listener.peer.next("INVITE ");
	listener.answer(invite, listener.sdp(direction), server.sipPort);
	await listener.peer.next("ACK ");
	return { listener, placed, invite };
}

async function until(what: () => boolean): Promise<void> {
	while (!what()) await Bun.sleep(10);
}

describe("the initiator of an anchored call", () => {
	test.each(["127.0.0.1", "::1"])("at %s hears ringback until the destination answers", async (address) => {
		const { listener, placed, invite } = await call("answer-2500ms", { address });
		expect(bodyOf(invite)).toMatch(/\r\nm=audio 10\d\d\d RTP\/AVP 0 8 101\r\n/);
		await until(() => longestPart(listener.heard).length >= 10);
		const page = await (await fetch(`http://localhost:${server.httpPort}/`)).text();
		expect(page).toContain("hears ringback");
		const reinvite = await listener.peer.next("INVITE ");
		const heard = listener.heard.length;
		listener.answer(reinvite, listener.sdp("sendrecv"), server.sipPort);
		expect((await placed.finished()).at(-1)).toBe("200 Destination");
		await until(() => listener.rtcp.length === 1);
		await Bun.sleep(100);
		// 40 ms are two packets.
		expect(listener.heard.length - heard).toBeLessThanOrEqual(2);
		expect(listener.rtcp[0]?.includes(Buffer.from([0x81, 203, 0, 1]))).toBe(true);
		// The tone sounds for two seconds, and packets are counted from its beginning.
		const part = longestPart(listener.heard.slice(0, 100));
		const sound = recordingOf(part.slice(0, 10));
		for (const frequency of [440, 480]) expect(amplitude(sound, frequency)).toBeGreaterThan(2000);
		for (const other of [300, 350, 570, 620]) expect(amplitude(sound, other)).toBeLessThan(1000);
		const sequences = listener.heard.map((packet) => packet.readUInt16BE(2));
		const first = sequences[0] ?? 0;
		expect(sequences).toEqual(sequences.map((_, index) => (first + index) & 0xffff));
		expect((listener.heard[0]?.[1] ?? 0) >> 7).toBe(1);
		for (const packet of part.slice(1)) expect((packet[1] ?? 0) >> 7).toBe(0);
		expect(new Set(listener.heard.map((packet) => packet.length))).toEqual(new Set([172]));
		const bye = listener.peer.next("BYE ");
		destination.hangup();
		listener.answer(await bye, "", server.sipPort);
	});

	test("hears the busy tone, after the result, and then gets a BYE", async () => {
		const { listener, placed } = await call("busy");
		expect((await placed.finished()).at(-1)).toBe("486 Destination");
		const reported = performance.now();
		const bye = await listener.peer.next("BYE ");
		expect(performance.now() - reported).toBeGreaterThan(700);
		listener.answer(bye, "", server.sipPort);
		await until(() => listener.rtcp.length === 1);
		expect(listener.heard.length).toBeGreaterThan(5);
	});

	test("that is on hold hears nothing", async () => {
		const { listener, placed } = await call("busy", { direction: "inactive" });
		expect((await placed.finished()).at(-1)).toBe("486 Destination");
		listener.answer(await listener.peer.next("BYE "), "", server.sipPort);
		expect(listener.heard).toEqual([]);
	});
});

test("the INVITE of a call that is to be handed over has the placeholder", async () => {
	const listener = await Listener.start("127.0.0.1");
	stops.push(() => listener.stop());
	client.place({ initiator: listener.uri, destination: destination.uri("answer"), anchor: false });
	const invite = await listener.peer.next("INVITE ");
	listener.answer(invite, "", server.sipPort, "486 Busy Here");
	expect(bodyOf(invite)).toEndWith(
		"m=audio 8000 RTP/AVP 0 8 9 96 101\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:9 G722/8000\r\na=rtpmap:96 opus/48000/2\r\na=rtpmap:101 telephone-event/8000\r\na=inactive\r\n",
	);
});

test("check names the ports", async () => {
	const { stdout } = await server.run("check");
	expect(stdout).toContain("would play tones (us) from UDP ports 10000 to 10999");
});
