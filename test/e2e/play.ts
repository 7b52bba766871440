import type { SimulatedPhone } from "../../src/simulator/phone.ts";
import type { XmlClient } from "../support/xml-client.ts";
import type { Scenario } from "./scenarios.ts";

/** What came of one scenario. */
export interface Outcome {
	/** All results, those after the final one included: there may be none. */
	readonly chain: readonly string[];
	/** Dialogs that were open at each phone when the final result was there. */
	readonly open: readonly number[];
	/** Dialogs that were still open at the end. */
	readonly left: readonly number[];
	/** What the phones hold against the server. */
	readonly faults: readonly string[];
}

/** How long phones may take to end what is open, in milliseconds. */
const TIDY_TIME = 40_000;

/** Plays a scenario between two phones and hangs up whatever it leaves connected. */
export async function play(
	scenario: Scenario,
	client: XmlClient,
	first: SimulatedPhone,
	second: SimulatedPhone,
): Promise<Outcome> {
	const call = client.place({
		initiator: first.uri(scenario.initiator),
		destination: second.uri(scenario.destination),
		anchor: scenario.anchor,
	});
	await call.final;
	// What the server sends to different sockets at a time may come in any order.
	for (let left = 100; scenario.connected && left > 0 && second.openDialogs > 1; left--) await Bun.sleep(10);
	const open = [first.openDialogs, second.openDialogs];
	if (scenario.connected) first.hangup();
	else if (/^2.* Destination$/.test(call.chain.at(-1) ?? "")) second.hangup();
	await Promise.race([Promise.all([first.idle(), second.idle()]), Bun.sleep(TIDY_TIME)]);
	const left = [first.openDialogs, second.openDialogs];
	return { chain: call.chain, open, left, faults: [...first.faults, ...second.faults] };
}
