import type { Clock } from "../../time/clock.ts";
import type { MachineNetwork } from "./machine-network.ts";

/** How often it checks, in milliseconds: a check takes a quarter of one. */
const LOOK_INTERVAL = 1500;

/** Settings of a watch. */
export interface AddressWatchOptions {
	readonly clock: Clock;
	/** @throws {Error} when the system does not say; we ask again later. */
	readonly read: () => MachineNetwork;
	/**
	 * An address or a route of the machine has changed.
	 *
	 * @param gone addresses that were missing twice in a row: a cable may be unplugged for a moment.
	 * @param addresses that the machine has now.
	 * @param summary which addresses have come and gone, for people; empty if none has.
	 */
	readonly onChange: (gone: ReadonlySet<string>, addresses: ReadonlySet<string>, summary: string) => void;
}

/** Notices within 3 s that the machine's addresses have changed: by DHCP, by a link that moves, by a cable. */
export class AddressWatch {
	readonly #options: AddressWatchOptions;
	#last: MachineNetwork | undefined;
	/** Addresses that the last check no longer found. */
	#missing: ReadonlySet<string> = new Set();
	#stopTimer: () => void;

	constructor(options: AddressWatchOptions) {
		this.#options = options;
		this.#last = this.#read();
		this.#stopTimer = this.#schedule();
	}

	/** Stops checking. */
	close(): void {
		this.#stopTimer();
	}

	#schedule(): () => void {
		return this.#options.clock.after(LOOK_INTERVAL, () => {
			this.#stopTimer = this.#schedule();
			this.#look();
		});
	}

	#look(): void {
		const network = this.#read();
		if (!network) return;
		const { addresses, fingerprint } = network;
		const last = this.#last;
		const gone = without(this.#missing, addresses);
		this.#last = network;
		this.#missing = last ? without(last.addresses, addresses) : new Set();
		if (gone.size === 0 && fingerprint === last?.fingerprint) return;
		const come = last ? without(addresses, last.addresses) : addresses;
		this.#options.onChange(gone, addresses, summaryOf(come, this.#missing));
	}

	#read(): MachineNetwork | undefined {
		try {
			return this.#options.read();
		} catch {
			return undefined;
		}
	}
}

function without(all: ReadonlySet<string>, others: ReadonlySet<string>): Set<string> {
	return new Set([...all].filter((address) => !others.has(address)));
}

/** Link-local addresses come and go with every container. */
function summaryOf(come: ReadonlySet<string>, missing: ReadonlySet<string>): string {
	const list = (sign: string, addresses: ReadonlySet<string>): string[] =>
		[...addresses].filter((address) => !address.startsWith("fe80:")).map((address) => `${sign}${address}`);
	return [...list("+", come), ...list("-", missing)].join(", ");
}
