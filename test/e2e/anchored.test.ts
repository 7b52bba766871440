import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { SimulatedPhone } from "../../src/simulator/phone.ts";
import type { PhoneCall } from "../../src/simulator/phone-call.ts";
import { ServerProcess } from "../support/server-process.ts";
import { type PlacedCall, XmlClient } from "../support/xml-client.ts";

let server: ServerProcess;
let client: XmlClient;
let phones: SimulatedPhone[];

beforeAll(async () => {
	server = await ServerProcess.start({ settings: { MaxCallsPerSecond: 0 } });
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

	/** Refer-To of the phone's dialog: who calls it takes the phone's place (RFC 5589 section 7). */
	function referTo(call: PhoneCall): string {
		const { dialog } = call.session ?? {};
		if (!dialog) throw new Error("no dialog");
		const { callId, remoteTag, localTag, remoteTarget } = dialog.start;
		const replaces = encodeURIComponent(`${callId};to-tag=${remoteTag};from-tag=${localTag}`);
		return `${remoteTarget}?Replaces=${replaces}`;
	}

	test("an attended transfer joins the phones of two calls of ours; who was in both leaves", async () => {
		await connect();
		const first = talking(0);
		expect(await first.hold()).toBe(200);
		const agreed = phone(2).when("media", (call) => call.remoteSdp?.media[0]?.direction === "sendrecv");
		const consultation = client.place({
			initiator: phone(0).uri("answer"),
			destination: phone(2).uri("answer"),
			anchor: true,
		});
		expect((await consultation.finished()).at(-1)).toBe("200 Destination");
		await agreed;
		const second = talking(0);
		const [customer, colleague] = [talking(1), talking(2)];
		const joined = [1, 2].map((index) => phone(index).when("media"));
		const gone = [first, second].map((call) => phone(0).when("ended", (ended) => ended === call));
		expect(await first.transfer(referTo(second))).toBe(202);
		await Promise.all([...joined, ...gone]);
		expect(customer.remoteSdp?.media[0]).toMatchObject({ port: colleague.mediaPort, direction: "sendrecv" });
		expect(colleague.remoteSdp?.media[0]).toMatchObject({ port: customer.mediaPort, direction: "sendrecv" });
		expect(phone(0).openDialogs).toBe(0);
		expect(await colleague.hold()).toBe(200);
		expect(customer.remoteSdp?.media[0]?.direction).toBe("sendonly");
		const over = phone(1).when("ended");
		colleague.hangup();
		await over;
	});

	test("an attended transfer to a dialog that is not there leaves the call as it was", async () => {
		await connect();
		const target = `sip:nobody@127.0.0.1:${server.sipPort}?Replaces=none%3Bto-tag%3D1%3Bfrom-tag%3D2`;
		expect(await talking(0).transfer(target)).toBe(202);
		expect(await talking(1).hold()).toBe(200);
		talking(1).hangup();
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
