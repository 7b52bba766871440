import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { SimulatedPhone } from "../../src/simulator/phone.ts";
import { ServerProcess } from "../support/server-process.ts";
import { type PlacedCall, XmlClient } from "../support/xml-client.ts";

let server: ServerProcess;
let client: XmlClient;
let phones: SimulatedPhone[];

beforeAll(async () => {
	server = await ServerProcess.start();
	client = await XmlClient.connect(server.xmlPort);
});

afterAll(async () => {
	client.stop();
	await server.stop();
});

describe.each(["UDP", "TCP"] as const)("a connected anchored call over %s", (protocol) => {
	const start = (): Promise<SimulatedPhone> =>
		SimulatedPhone.start({ address: "127.0.0.1", port: 0, protocol });
	const phone = (index: number): SimulatedPhone => {
		const found = phones[index];
		if (!found) throw new Error(`no phone ${index}`);
		return found;
	};
	const talking = (index: number) => {
		const call = phone(index).calls.at(-1);
		if (!call) throw new Error(`phone ${index} has no call`);
		return call;
	};

	/** Connects the first two of three phones, and waits until both know where the other one hears. */
	async function connect(): Promise<PlacedCall> {
		// The result may overtake the ACK that holds the answer: they go by different connections.
		const agreed = [0, 1].map((index) =>
			phone(index).when("media", (call) => call.remoteSdp?.media[0]?.direction === "sendrecv"),
		);
		const call = client.place({
			initiator: phone(0).uri("answer"),
			destination: phone(1).uri("answer"),
			anchor: true,
		});
		expect((await call.finished()).at(-1)).toBe("200 Destination");
		await Promise.all(agreed);
		return call;
	}

	beforeEach(async () => {
		phones = await Promise.all([start(), start(), start()]);
	});

	afterEach(async () => {
		for (const each of phones) each.hangup();
		await Promise.all(phones.map((each) => each.idle()));
		expect(phones.flatMap((each) => each.faults)).toEqual([]);
		await Promise.all(phones.map((each) => each.stop()));
	});

	test("each phone is told where the other one hears", async () => {
		await connect();
		expect(talking(0).remoteSdp?.media[0]?.port).toBe(talking(1).mediaPort);
		expect(talking(1).remoteSdp?.media[0]?.port).toBe(talking(0).mediaPort);
		talking(0).hangup();
	});

	test.each([0, 1])("hold and resume by phone %d reach the other one", async (holder) => {
		await connect();
		expect(await talking(holder).hold()).toBe(200);
		expect(talking(1 - holder).remoteSdp?.media[0]?.direction).toBe("sendonly");
		expect(await talking(holder).resume()).toBe(200);
		expect(talking(1 - holder).remoteSdp?.media[0]?.direction).toBe("sendrecv");
		talking(1 - holder).hangup();
	});

	test("early media of the destination reaches the initiator before it answers", async () => {
		const heard = phone(0).when("media", (call) => call.remoteSdp?.media[0]?.direction === "sendrecv");
		const call = client.place({
			initiator: phone(0).uri("answer"),
			destination: phone(1).uri("early-reliable-400ms"),
			anchor: true,
		});
		await heard;
		expect(call.chain).not.toContain("200 Destination");
		expect((await call.finished()).at(-1)).toBe("200 Destination");
		expect(talking(0).remoteSdp?.media[0]?.port).toBe(talking(1).mediaPort);
		talking(1).hangup();
	});

	test("INFO and MESSAGE reach the other phone", async () => {
		await connect();
		expect(await talking(0).request("INFO", "Signal=5\r\n", "application/dtmf-relay")).toBe(200);
		expect(await talking(1).request("MESSAGE", "hello", "text/plain")).toBe(200);
		const heard = (index: number) => talking(index).messages.map(({ text }) => text);
		expect(heard(1).some((text) => text.startsWith("INFO ") && text.includes("Signal=5"))).toBe(true);
		expect(heard(0).some((text) => text.startsWith("MESSAGE ") && text.endsWith("hello"))).toBe(true);
		talking(0).hangup();
	});

	test.each([0, 1])("a blind transfer by phone %d joins the other one with a third", async (transferor) => {
		await connect();
		const gone = phone(transferor).when("ended");
		const joined = phone(2).when("media");
		expect(await talking(transferor).transfer(phone(2).uri("answer"))).toBe(202);
		await Promise.all([gone, joined]);
		const [stays, third] = [talking(1 - transferor), talking(2)];
		expect(stays.remoteSdp?.media[0]?.port).toBe(third.mediaPort);
		expect(third.remoteSdp?.media[0]?.port).toBe(stays.mediaPort);
		third.hangup();
	});

	test("a blind transfer to a busy phone leaves the call as it was", async () => {
		await connect();
		expect(await talking(0).transfer(phone(2).uri("busy"))).toBe(202);
		expect(await talking(1).hold()).toBe(200);
		talking(1).hangup();
	});
});

test("AutoAnswer asks the initiator's phone to pick up; SessionExpires = 0 asks for no session timer", async () => {
	const asking = await ServerProcess.start({ settings: { AutoAnswer: "both", SessionExpires: 0 } });
	const phone = await SimulatedPhone.start({ address: "127.0.0.1", port: 0, protocol: "UDP" });
	const xml = await XmlClient.connect(asking.xmlPort);
	await xml.place({ initiator: phone.uri("busy"), destination: phone.uri("answer") }).final;
	const invite = phone.calls[0]?.messages[0]?.text ?? "";
	expect(invite).toContain("\r\nCall-Info: <sip:example.com>;answer-after=0\r\n");
	expect(invite).toContain("\r\nAlert-Info: <http://example.com>;info=alert-autoanswer;delay=0\r\n");
	expect(invite).not.toContain("Session-Expires");
	expect(invite).not.toContain("timer");
	await phone.idle();
	expect(phone.faults).toEqual([]);
	xml.stop();
	await phone.stop();
	await asking.stop();
});
