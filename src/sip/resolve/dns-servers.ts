import type { promises as dns } from "node:dns";
import { isIP } from "node:net";
import type { AddressRecord, AddressSource, Families } from "./address-source.ts";
import { isAbsent, makeDnsResolver } from "./dns-client.ts";
import { ResolveError } from "./resolve-error.ts";

/** Asks the given DNS servers for A and AAAA records (RFC 3263 section 4.2), both at once. */
export class DnsServers implements AddressSource {
	readonly #resolver: dns.Resolver;
	readonly #families: Families;

	/**
	 * @param servers each an IP address, with a port or without: `192.0.2.1`, `192.0.2.1:5353`, `[2001:db8::1]:5353`.
	 * @throws {ResolveError} when one is neither.
	 */
	constructor(servers: readonly string[], families: Families) {
		for (const server of servers) checkServer(server);
		this.#resolver = makeDnsResolver(servers);
		this.#families = families;
	}

	/** IPv4 first: over UDP a dead IPv6 route shows only by a time-out. */
	async lookup(name: string): Promise<AddressRecord[]> {
		const [a, aaaa] = await Promise.allSettled([
			this.#families.ipv4 ? this.#resolver.resolve4(name, { ttl: true }) : [],
			this.#families.ipv6 ? this.#resolver.resolve6(name, { ttl: true }) : [],
		]);
		const records = [
			...(a.status === "fulfilled" ? a.value : []),
			...(aaaa.status === "fulfilled" ? aaaa.value : []),
		];
		if (records.length > 0) return records;
		for (const answer of [a, aaaa]) {
			if (answer.status === "rejected" && !isAbsent(answer.reason)) throw answer.reason;
		}
		return [];
	}
}

/** IPv4 with a port, or IPv6 in brackets with or without one. */
const SERVER = /^(?:\[([0-9a-f:.]+)\]|([\d.]+)(?=:))(?::(\d{1,5}))?$/i;

function checkServer(server: string): void {
	if (isIP(server) !== 0) return;
	const [, ipv6, ipv4, port = "53"] = SERVER.exec(server) ?? [];
	const valid = (ipv6 !== undefined ? isIP(ipv6) === 6 : isIP(ipv4 ?? "") === 4) && isPort(Number(port));
	if (!valid) throw new ResolveError(`DNSServers: "${server}" is not an IP address with or without a port`);
}

function isPort(port: number): boolean {
	return port >= 1 && port <= 65535;
}
