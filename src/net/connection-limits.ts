import { parseAddress } from "./address.ts";
import { AllowList } from "./allow-list.ts";

/** How many connections a server accepts at once. */
export interface ConnectionLimitOptions {
	/** In total; 0 for no limit. */
	readonly total: number;
	/** From one address, or one IPv6 network of 64 bits; 0 for no limit. */
	readonly perAddress: number;
	/** Addresses that only `total` counts for, in CIDR notation: those of proxies, whose clients are many. */
	readonly unlimited?: readonly string[];
	/** What all servers of the process may hold in total. */
	readonly budget?: ConnectionBudget | undefined;
}

/** Connections that all servers of a process may hold in total, so that its file descriptors suffice. */
export class ConnectionBudget {
	readonly #most: number;
	#taken = 0;

	/** @param most 0 for no limit. */
	constructor(most: number) {
		this.#most = most;
	}

	/** How many connections there are. */
	get taken(): number {
		return this.#taken;
	}

	/** Takes one more. @returns false if there is no room for it. */
	take(): boolean {
		if (this.#most > 0 && this.#taken >= this.#most) return false;
		this.#taken++;
		return true;
	}

	/** A connection that was taken has closed. */
	giveBack(): void {
		this.#taken--;
	}
}

/** Counts the connections of a server, in total and by address, and says which ones are too many. */
export class ConnectionLimits {
	readonly #options: ConnectionLimitOptions;
	readonly #unlimited: AllowList | undefined;
	readonly #byAddress = new Map<string, number>();
	#total = 0;

	/** @throws {CidrError} for a bad entry of `unlimited`. */
	constructor(options: ConnectionLimitOptions) {
		this.#options = options;
		const { unlimited = [] } = options;
		this.#unlimited = unlimited.length > 0 ? new AllowList(unlimited) : undefined;
	}

	/** How many connections are open. */
	get total(): number {
		return this.#total;
	}

	/**
	 * Counts a new connection.
	 *
	 * @param address of the peer.
	 * @returns undefined if it may stay, and must be released when it closes; otherwise the reason, which
	 * says which limit it is.
	 */
	admit(address: string): string | undefined {
		const { total, perAddress, budget } = this.#options;
		if (total > 0 && this.#total >= total) return `there are already ${total} connections`;
		const place = placeOf(address);
		const others = this.#byAddress.get(place) ?? 0;
		if (perAddress > 0 && others >= perAddress && !this.#unlimited?.allows(address))
			return `${place} already has ${perAddress} connections`;
		if (budget && !budget.take())
			return `the program has ${budget.taken} connections and no file descriptors for more`;
		this.#total++;
		this.#byAddress.set(place, others + 1);
		return undefined;
	}

	/** An admitted connection has closed. */
	release(address: string): void {
		const place = placeOf(address);
		const others = this.#byAddress.get(place);
		if (others === undefined) return;
		if (others > 1) this.#byAddress.set(place, others - 1);
		else this.#byAddress.delete(place);
		this.#total--;
		this.#options.budget?.giveBack();
	}
}

/** A host can choose among 2^64 IPv6 addresses: it is identified by its network (RFC 4291 section 2.5.4). */
export function placeOf(address: string): string {
	return address.includes(":") ? networkOf(address) : address;
}

function networkOf(address: string): string {
	const parsed = parseAddress(address);
	if (parsed?.family !== 6) return address;
	const network = parsed.value >> 64n;
	// Each link-local or loopback address is a host of its own.
	if (network === 0n || network >> 54n === LINK_LOCAL) return address;
	const groups = [48n, 32n, 16n, 0n].map((shift) => ((network >> shift) & 0xffffn).toString(16));
	return `${groups.join(":")}::/64`;
}

/** fe80::/10. */
const LINK_LOCAL = 0xfe80n >> 6n;
