import type { HostPort } from "../../../src/simulator/addresses.ts";
import { SimulatedPhone } from "../../../src/simulator/phone.ts";
import type { PhoneCall } from "../../../src/simulator/phone-call.ts";
import { startLossyPhone } from "../lossy-relay.ts";
import type { PlacedCall } from "../xml-client.ts";

const HOST = "127.0.0.1";

/** How calls reach the phones. */
export type Link = "UDP" | "TCP" | "lossy";

/** A call to place. */
export interface CrashCall {
	readonly initiator: string;
	readonly destination: string;
	readonly anchor: boolean;
	readonly link: Link;
}

/** A call that was placed. */
export interface PlacedCrashCall extends CrashCall {
	readonly number: number;
	readonly placed: PlacedCall;
}

/** Both phones' view of one call of the server. */
export interface CallView {
	/** All of the initiator's calls: the server's, and the one that a REFER made. */
	readonly initiator: readonly PhoneCall[];
	readonly destination: readonly PhoneCall[];
}

/** An initiator and a destination at one link, and what stops them. */
interface Pair {
	readonly initiator: SimulatedPhone;
	readonly destination: SimulatedPhone;
	readonly stop: () => Promise<unknown>;
}

/**
 * Simulated phones that live outside the server's process. The number of a call is in the user parts
 * of both phones, as `answer+c17`, so that the legs of one call are found again.
 */
export class SurvivalPhones {
	readonly #pairs: Readonly<Record<Link, Pair>>;

	private constructor(pairs: Readonly<Record<Link, Pair>>) {
		this.#pairs = pairs;
	}

	/**
	 * @param server where the server listens for SIP.
	 * @param loss share of the datagrams that the link `lossy` drops each way, 0 to 1.
	 */
	static async start(server: HostPort, seed: number, loss: number): Promise<SurvivalPhones> {
		const lossy = async (step: number) => startLossyPhone({ loss, seed: seed * 2 + step }, server);
		const [first, second] = [await lossy(1), await lossy(2)];
		const pairs = {
			UDP: await plainPair("UDP"),
			TCP: await plainPair("TCP"),
			lossy: {
				initiator: first.phone,
				destination: second.phone,
				stop: () => Promise.all([first.stop(), second.stop()]),
			},
		};
		return new SurvivalPhones(pairs);
	}

	/** The addresses for a call with this number whose phones behave as told. */
	addresses(number: number, link: Link, initiator: string, destination: string): [string, string] {
		const { [link]: pair } = this.#pairs;
		return [pair.initiator.uri(`${initiator}+c${number}`), pair.destination.uri(`${destination}+c${number}`)];
	}

	/** All legs by the number of their call. */
	views(): Map<number, CallView> {
		const views = new Map<number, { initiator: PhoneCall[]; destination: PhoneCall[] }>();
		for (const pair of Object.values(this.#pairs)) {
			for (const side of ["initiator", "destination"] as const) {
				for (const call of pair[side].calls) {
					const number = Number(/\+c(\d+)$/.exec(call.user)?.[1]);
					const view = views.get(number) ?? { initiator: [], destination: [] };
					view[side].push(call);
					views.set(number, view);
				}
			}
		}
		return views;
	}

	async stop(): Promise<void> {
		await Promise.all(Object.values(this.#pairs).map(({ stop }) => stop()));
	}
}

async function plainPair(protocol: "UDP" | "TCP"): Promise<Pair> {
	const initiator = await SimulatedPhone.start({ address: HOST, port: 0, protocol });
	const destination = await SimulatedPhone.start({ address: HOST, port: 0, protocol });
	return { initiator, destination, stop: () => Promise.all([initiator.stop(), destination.stop()]) };
}
