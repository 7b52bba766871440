import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { SimulatedPhone } from "../../src/simulator/phone.ts";
import type { PhoneCall } from "../../src/simulator/phone-call.ts";
import { readDescription } from "../../src/simulator/sdp.ts";
import { ServerProcess } from "../support/server-process.ts";
import { XmlClient } from "../support/xml-client.ts";

/** Phones that speak something else than the most widely known, and PBXs that change the media as soon as they can. */

const RUNG = ["100", "180 Initiator", "200 Initiator"];
const JOINED = [...RUNG, "180 Destination", "200 Destination"];

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

beforeEach(async () => {
	const start = (): Promise<SimulatedPhone> =>
		SimulatedPhone.start({ address: "127.0.0.1", port: 0, protocol: "UDP" });
	phones = await Promise.all([start(), start()]);
});

afterEach(async () => {
	for (const each of phones) each.hangup();
	await Promise.all(phones.map((each) => each.idle()));
	expect(phones.flatMap((each) => each.faults)).toEqual([]);
	await Promise.all(phones.map((each) => each.stop()));
});

const phone = (index: number): SimulatedPhone => {
	const found = phones[index];
	if (!found) throw new Error(`no phone ${index}`);
	return found;
};

/** The call that a phone talks in. */
const talking = (index: number): PhoneCall => {
	const call = phone(index).calls.at(-1);
	if (!call) throw new Error(`phone ${index} has no call`);
	return call;
};

/** Calls one user from another and waits for the end of the results, and until both phones hear, if they are to. */
async function place(initiator: string, destination: string, anchor = true): Promise<readonly string[]> {
	const call = client.place({
		initiator: phone(0).uri(initiator),
		destination: phone(1).uri(destination),
		anchor,
	});
	return await call.finished();
}

/** Waits until each phone knows where the other one hears. */
async function hearing(): Promise<void> {
	const knows = (index: number): Promise<unknown> => {
		const known = (call: PhoneCall): boolean => {
			const { port, direction } = call.remoteSdp?.media[0] ?? {};
			return port === phone(1 - index).calls.at(-1)?.mediaPort && direction === "sendrecv";
		};
		const last = phone(index).calls.at(-1);
		return last && known(last) ? Promise.resolve() : phone(index).when("media", known);
	};
	await Promise.all([knows(0), knows(1)]);
}

const requestsTo = (index: number, method: string): string[] =>
	talking(index)
		.messages.filter(({ direction, text }) => direction === "in" && text.startsWith(`${method} `))
		.map(({ text }) => text);

const cryptosOf = (call: PhoneCall): readonly string[] =>
	readDescription(call.localSdp).media.flatMap(({ cryptos }) => cryptos);

describe("phones that speak PCMA only", () => {
	test("are called and joined", async () => {
		expect(await place("pcma", "pcma")).toEqual(JOINED);
		await hearing();
		expect(requestsTo(0, "INVITE")[0]).toContain("a=rtpmap:8 PCMA/8000\r\n");
	});

	test("are handed over", async () => {
		expect(await place("pcma", "pcma", false)).toEqual(JOINED);
		await hearing();
	});

	test("cannot be joined with one that does not", async () => {
		expect(await place("pcma", "answer")).toEqual([...RUNG, "180 Destination", "488 Destination"]);
	});
});

describe("phones that take secure streams only", () => {
	test("are asked for an offer, and joined with each other's keys", async () => {
		expect(await place("srtp", "srtp")).toEqual(JOINED);
		await hearing();
		expect(phone(0).calls.map(({ status }) => status)).toEqual([488, 200]);
		for (const index of [0, 1])
			expect(talking(index).remoteSdp?.media[0]?.cryptos).toEqual(cryptosOf(talking(1 - index)));
	});

	test("are handed over with each other's keys", async () => {
		expect(await place("srtp", "srtp", false)).toEqual(JOINED);
		await hearing();
		for (const index of [0, 1])
			expect(talking(index).remoteSdp?.media[0]?.cryptos).toEqual(cryptosOf(talking(1 - index)));
	});

	test("hold and resume", async () => {
		expect(await place("srtp", "srtp")).toEqual(JOINED);
		await hearing();
		expect(await talking(0).hold()).toBe(200);
		expect(talking(1).remoteSdp?.media[0]?.direction).toBe("sendonly");
		expect(await talking(0).resume()).toBe(200);
		await hearing();
	});

	test("that refuse have refused", async () => {
		const chain = await place("srtp+status488", "answer");
		expect(chain).toEqual(["100", "488 Initiator"]);
	});

	test("cannot be joined with one that takes none", async () => {
		expect(await place("srtp", "answer")).toEqual([...RUNG, "180 Destination", "488 Destination"]);
	});
});

describe("a PBX that sends a re-INVITE as soon as it has answered, for direct media", () => {
	test.each([
		["as the initiator", "direct", "answer"],
		["as the initiator, later", "direct-5ms", "answer"],
		["as the destination", "answer", "direct"],
		["as the destination, later", "answer", "direct-5ms"],
		["as both", "direct", "direct"],
	])("is joined %s", async (_what, initiator, destination) => {
		expect(await place(initiator, destination)).toEqual(JOINED);
		await hearing();
	});
});
