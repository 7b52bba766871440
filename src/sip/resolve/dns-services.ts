import type { promises as dns } from "node:dns";
import { isAbsent, makeDnsResolver } from "./dns-client.ts";
import type { NaptrRecord, ServiceSource, SrvRecord } from "./service-source.ts";

/** Asks DNS servers for NAPTR and SRV records. */
export class DnsServices implements ServiceSource {
	readonly #servers: readonly string[];
	#resolver: dns.Resolver | undefined;

	/** @param servers each an IP address with or without a port, already checked; empty for the system's. */
	constructor(servers: readonly string[]) {
		this.#servers = servers;
	}

	naptr(name: string): Promise<readonly NaptrRecord[]> {
		return this.#ask((resolver) => resolver.resolveNaptr(name));
	}

	srv(name: string): Promise<readonly SrvRecord[]> {
		return this.#ask((resolver) => resolver.resolveSrv(name));
	}

	async #ask<T>(question: (resolver: dns.Resolver) => Promise<T[]>): Promise<T[]> {
		this.#resolver ??= makeDnsResolver(this.#servers);
		try {
			return await question(this.#resolver);
		} catch (error) {
			if (isAbsent(error)) return [];
			// The system's servers are read once, perhaps before the network was up: read them again.
			if (this.#servers.length === 0) this.#resolver = undefined;
			throw error;
		}
	}
}
