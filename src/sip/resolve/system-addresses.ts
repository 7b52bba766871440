import { promises as dns } from "node:dns";
import { errorCode } from "../../error-code.ts";
import type { AddressRecord, AddressSource, Families } from "./address-source.ts";

/** Asks the operating system, which knows /etc/hosts and its own DNS servers. */
export class SystemAddresses implements AddressSource {
	readonly #families: Families;

	constructor(families: Families) {
		this.#families = families;
	}

	/** In the system's order of preference (RFC 6724). */
	async lookup(name: string): Promise<AddressRecord[]> {
		const found = await dns.lookup(name, { all: true, verbatim: true }).catch((error: unknown) => {
			if (errorCode(error) === "ENOTFOUND") return [];
			throw error;
		});
		const { ipv4, ipv6 } = this.#families;
		return found
			.filter(({ family }) => (family === 6 ? ipv6 : ipv4))
			.map(({ address }) => ({ address, ttl: undefined }));
	}
}
