import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { placeRemoteCall } from "../../src/cli/call-client.ts";
import { SimulatedPhone } from "../../src/simulator/phone.ts";
import { ServerProcess } from "../support/server-process.ts";
import { SCENARIOS, type Scenario } from "./scenarios.ts";

/** What came of one scenario. */
interface Outcome {
	readonly chain: readonly string[];
	/** Dialogs that were open at each phone when the final result was there. */
	readonly open: readonly number[];
	readonly left: readonly number[];
	readonly faults: readonly string[];
}

/** How long phones may take to end what is open, in milliseconds. */
const TIDY_TIME = 40_000;

let server: ServerProcess;

async function play(scenario: Scenario, protocol: "UDP" | "TCP", address: string): Promise<Outcome> {
	const [first, second] = await Promise.all([
		SimulatedPhone.start({ address, port: 0, protocol }),
		SimulatedPhone.start({ address, port: 0, protocol }),
	]);
	const chain: string[] = [];
	await placeRemoteCall(
		{
			host: "127.0.0.1",
			port: server.xmlPort,
			initiator: first.uri(scenario.initiator),
			destination: second.uri(scenario.destination),
			anchor: scenario.anchor,
		},
		({ code, leg }) => chain.push(leg ? `${code} ${leg}` : `${code}`),
	);
	const open = [first.openDialogs, second.openDialogs];
	if (scenario.connected) first.hangup();
	else if (chain.at(-1) === "200 Destination") second.hangup();
	await Promise.race([Promise.all([first.idle(), second.idle()]), Bun.sleep(TIDY_TIME)]);
	const left = [first.openDialogs, second.openDialogs];
	await Promise.all([first.stop(), second.stop()]);
	return { chain, open, left, faults: [...first.faults, ...second.faults] };
}

const TRANSPORTS = [
	["UDP", "127.0.0.1"],
	["UDP", "::1"],
	["TCP", "127.0.0.1"],
	["TCP", "::1"],
] as const;

const outcomes = new Map<string, Promise<Outcome>>();
const keyOf = (name: string, protocol: string, address: string): string => `${name} ${protocol} ${address}`;

beforeAll(async () => {
	server = await ServerProcess.start({ settings: { MaxCalls: 0, MaxCallsPerSecond: 0 } });
	// All at once: the slow ones take half a minute each, and no call may disturb another.
	for (const [protocol, address] of TRANSPORTS) {
		for (const scenario of SCENARIOS) {
			outcomes.set(keyOf(scenario.name, protocol, address), play(scenario, protocol, address));
		}
	}
});

afterAll(async () => {
	await Promise.allSettled(outcomes.values());
	await server.stop();
});

describe.each(TRANSPORTS)("over %s at %s", (protocol, address) => {
	test.each([...SCENARIOS])("$name", async ({ name, chain, connected }) => {
		const outcome = await outcomes.get(keyOf(name, protocol, address));
		expect(outcome?.chain).toEqual([...chain]);
		if (connected) expect(outcome?.open).toEqual([1, 1]);
		expect(outcome?.left).toEqual([0, 0]);
		expect(outcome?.faults).toEqual([]);
	});
});
