import { promises as dns } from "node:dns";
import { isIP } from "node:net";
import type { AddressRecord, AddressSource, Families } from "./address-source.ts";
import { ResolveError } from "./resolve-error.ts";

/** Milliseconds for the first try of one server; without it a dead server holds a look-up for 20 s. */
const TIMEOUT = 1000;
const TRIES = 2;

/** Answers that say that there is no such address, not that nobody answered. */
const ABSENT = new Set(["ENOTFOUND", "ENODATA"]);

/** Asks the given DNS servers for A and AAAA records (RFC 3263 section 4.2), both at a time. */
export class DnsServers implements AddressSource {
	readonly #resolver = new dns.Resolver({ timeout: TIMEOUT, tries: TRIES });
	readonly #families: Families;

	/**
	 * @param servers each an IP address, with a port or without: `192.0.2.1`, `192.0.2.1:5353`, `[2001:db8::1]:5353`.
	 * @throws {ResolveError} when one is neither.
	 */
	constructor(servers: readonly string[], families: Families) {
		for (const server of servers) checkServer(server);
		this.#resolver.setServers(servers);
		this.#families = families;
	}

	/** IPv4 first: over UDP an IPv6 route that leads nowhere shows itself only by a time-out. */
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
			if (answer.status === "rejected" && !ABSENT.has(answer.reason?.code)) throw answer.reason;
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
