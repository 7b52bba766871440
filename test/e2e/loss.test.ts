import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type LossyPhone, startLossyPhone } from "../support/lossy-relay.ts";
import { ServerProcess } from "../support/server-process.ts";
import { XmlClient } from "../support/xml-client.ts";
import { type Outcome, play } from "./play.ts";
import { SCENARIOS } from "./scenarios.ts";

/** Share of the datagrams that each link drops, each way. */
const LOSS = 0.2;
/** The slow rows wait for a timer; lost datagrams teach nothing new about them. */
const ROWS = SCENARIOS.filter(({ slow }) => !slow);

let server: ServerProcess;
let client: XmlClient;
const phones: LossyPhone[] = [];
const outcomes = new Map<string, Promise<Outcome>>();

beforeAll(async () => {
	server = await ServerProcess.start({
		settings: { IPAddress: "127.0.0.1", MaxCalls: 0, MaxCallsPerSecond: 0 },
	});
	client = await XmlClient.connect(server.xmlPort);
	const address = { address: "127.0.0.1", port: server.sipPort };
	for (const [index, scenario] of ROWS.entries()) {
		const first = await startLossyPhone({ loss: LOSS, seed: 2 * index + 1 }, address);
		const second = await startLossyPhone({ loss: LOSS, seed: 2 * index + 2 }, address);
		phones.push(first, second);
		outcomes.set(scenario.name, play(scenario, client, first.phone, second.phone));
	}
});

afterAll(async () => {
	await Promise.allSettled(outcomes.values());
	client.stop();
	await Promise.all(phones.map((phone) => phone.stop()));
	await server.stop();
});

describe("when a fifth of all datagrams is lost each way", () => {
	test.each(ROWS)("$name", async ({ name, chain }) => {
		const outcome = await outcomes.get(name);
		// A provisional response is sent once: it may be among the lost (RFC 3261 section 17.1.1).
		const certain = (results: readonly string[]) => results.filter((result) => !result.startsWith("180"));
		expect(certain(outcome?.chain ?? [])).toEqual(certain(chain));
		expect(outcome?.left).toEqual([0, 0]);
		expect(outcome?.faults).toEqual([]);
	});

	test("datagrams were lost indeed", async () => {
		await Promise.allSettled(outcomes.values());
		const total = { passed: 0, dropped: 0 };
		for (const { relay } of phones) {
			total.passed += relay.counters.passed;
			total.dropped += relay.counters.dropped;
		}
		expect(total.dropped).toBeGreaterThan(total.passed / 8);
	});
});
