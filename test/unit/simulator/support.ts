import { SimulatedPhone } from "../../../src/simulator/phone.ts";
import type { PhoneOptions } from "../../../src/simulator/phone-options.ts";
import { RawCaller } from "../../support/raw-caller.ts";
import { RawPeer } from "../../support/raw-peer.ts";

const open: { stop(): unknown }[] = [];

/** Starts a phone, over UDP unless said otherwise. */
export async function phone(options: Partial<PhoneOptions> = {}): Promise<SimulatedPhone> {
	const started = await SimulatedPhone.start({ address: "127.0.0.1", port: 0, protocol: "UDP", ...options });
	open.push(started);
	return started;
}

/** Somebody who is about to call a user of a phone. */
export async function caller(target: SimulatedPhone, user = "answer"): Promise<RawCaller> {
	return new RawCaller(await rawPeer(), target.uri(user));
}

/** A socket that the test plays by hand. */
export async function rawPeer(address?: string): Promise<RawPeer> {
	const peer = await RawPeer.start(address);
	open.push(peer);
	return peer;
}

/** Stops all that was started here: what each file does after each test. */
export async function stopAll(): Promise<void> {
	for (const each of open.splice(0)) await each.stop();
}
