/** An address of a name, and how long it may be remembered. */
export interface AddressRecord {
	readonly address: string;
	/** Seconds; undefined when the source does not say. */
	readonly ttl: number | undefined;
}

/** Which kinds of addresses are useful. */
export interface Families {
	readonly ipv4: boolean;
	readonly ipv6: boolean;
}

/** Where the addresses of host names come from. */
export interface AddressSource {
	/**
	 * All addresses of a name, in the order to try them; empty if it has none.
	 * @throws {Error} as a rejection, if no server could be asked.
	 */
	lookup(name: string): Promise<AddressRecord[]>;
}
