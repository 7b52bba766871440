import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { SimulatedPhone } from "../../src/simulator/phone.ts";
import { BRIEFLY, ServerProcess } from "../support/server-process.ts";
import { XmlClient } from "../support/xml-client.ts";
import { type Outcome, play } from "./play.ts";
import { SCENARIOS } from "./scenarios.ts";

const TRANSPORTS = [
	["UDP", "127.0.0.1"],
	["UDP", "::1"],
	["TCP", "127.0.0.1"],
	["TCP", "::1"],
] as const;

let server: ServerProcess;
let client: XmlClient;
const phones: SimulatedPhone[] = [];
const outcomes = new Map<string, Promise<Outcome>>();

const ROWS = SCENARIOS.filter(({ slow }) => !(BRIEFLY && slow));
const keyOf = (name: string, protocol: string, address: string): string => `${name} ${protocol} ${address}`;

beforeAll(async () => {
	server = await ServerProcess.start({
		settings: { MaxCalls: 0, MaxCallsPerSecond: 0, Ringback: "us", FailureTone: 1 },
	});
	client = await XmlClient.connect(server.xmlPort);
	// All at once: the slow ones take half a minute each, and no call may disturb another.
	for (const [protocol, address] of TRANSPORTS) {
		for (const scenario of ROWS) {
			const first = await SimulatedPhone.start({ address, port: 0, protocol });
			const second = await SimulatedPhone.start({ address, port: 0, protocol });
			phones.push(first, second);
			outcomes.set(keyOf(scenario.name, protocol, address), play(scenario, client, first, second));
		}
	}
});

afterAll(async () => {
	await Promise.allSettled(outcomes.values());
	client.stop();
	await Promise.all(phones.map((phone) => phone.stop()));
	await server.stop();
});

describe.each(TRANSPORTS)("over %s at %s", (protocol, address) => {
	test.each([...ROWS])("$name", async ({ name, chain, connected }) => {
		const outcome = await outcomes.get(keyOf(name, protocol, address));
		expect(outcome?.chain).toEqual([...chain]);
		if (connected) expect(outcome?.open).toEqual([1, 1]);
		expect(outcome?.left).toEqual([0, 0]);
		expect(outcome?.faults).toEqual([]);
	});
});
