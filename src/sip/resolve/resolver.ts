import { isIP } from "node:net";
import type { Logger } from "../../log/logger.ts";
import type { Clock } from "../../time/clock.ts";
import { systemClock } from "../../time/system-clock.ts";
import type { URI } from "../sipjs/grammar.ts";
import { PROTOCOLS, type TransportProtocol } from "../transport/protocols.ts";
import type { Target } from "../transport/types.ts";
import { AddressCache } from "./address-cache.ts";
import type { Families } from "./address-source.ts";
import { DnsServers } from "./dns-servers.ts";
import { DnsServices } from "./dns-services.ts";
import { FailedTargets } from "./failed-targets.ts";
import { type NextHop, readNextHop } from "./next-hop.ts";
import { findPlaces, type Means, slowNames } from "./resolution.ts";
import { ResolveError } from "./resolve-error.ts";
import { ServiceCache } from "./service-cache.ts";
import { SystemAddresses } from "./system-addresses.ts";

/** Settings and parts of a resolver. */
export interface ResolverOptions {
	/**
	 * DNS servers, each an IP address with or without a port. Empty for the operating system: its look-up for
	 * addresses, its DNS servers for NAPTR and SRV.
	 */
	readonly servers: readonly string[];
	/** The kinds of addresses that we can send to. */
	readonly families: Families;
	/** The protocols that we can send by. */
	readonly protocols: readonly TransportProtocol[];
	readonly log: Logger;
	/** For lifetimes and waiting; the machine's clock by default. */
	readonly clock?: Clock;
	/** Returns a number from 0 to below 1, which chooses among SRV records by their weights. */
	readonly random?: () => number;
}

/** What a resolver has learnt, and the sources it learns from. */
interface Knowledge {
	readonly means: Means;
	readonly failed: FailedTargets;
}

/** Finds where to send a request (RFC 3263 section 4). */
export class Resolver {
	readonly #families: Families;
	readonly #protocols: readonly TransportProtocol[];
	readonly #log: Logger;
	readonly #learn: () => Knowledge;
	#knowledge: Knowledge;

	/** @throws {ResolveError} if a server is not an IP address. */
	constructor(options: ResolverOptions) {
		const { servers, families, log, clock = systemClock, random = Math.random } = options;
		this.#families = families;
		this.#protocols = options.protocols;
		this.#log = log;
		this.#learn = () => {
			const source = servers.length > 0 ? new DnsServers(servers, families) : new SystemAddresses(families);
			const addresses = new AddressCache(source, clock);
			const services = new ServiceCache(new DnsServices(servers), clock, log);
			const lookups = {
				addresses: (name: string) => addresses.lookup(name),
				naptr: (name: string) => services.naptr(name),
				srv: (name: string) => services.srv(name),
			};
			return {
				means: { lookups, clock, random, slow: slowNames(clock) },
				failed: new FailedTargets(clock),
			};
		};
		this.#knowledge = this.#learn();
	}

	/**
	 * Forgets everything: on another network names may lead elsewhere, other servers answer, and unreachable
	 * targets may be reachable now.
	 */
	forget(): void {
		this.#knowledge = this.#learn();
	}

	/**
	 * The places to try for a URI, best first, never empty: at once for an IP address and if all DNS answers
	 * are remembered, otherwise within 3 s. Those that failed recently come last.
	 *
	 * @param uri the next hop: the Request-URI or the first Route.
	 * @throws {ResolveError} also as a rejection, if there is none.
	 */
	resolve(uri: URI): Target[] | Promise<Target[]> {
		const hop = readNextHop(uri, this.#protocols);
		if (hop.numeric) return [this.#numericTarget(hop)];
		const { means, failed } = this.#knowledge;
		const found = findPlaces(hop, means);
		return found instanceof Promise ? this.#lookedUp(hop, found, failed) : failed.last(found);
	}

	async #lookedUp({ uri }: NextHop, places: Promise<Target[]>, failed: FailedTargets): Promise<Target[]> {
		const targets = await places;
		this.#log.debug(() => `${uri} leads to ${targets.map(describe).join(", ")}`);
		return failed.last(targets);
	}

	/**
	 * Notes that a target was unreachable or did not serve: for 60 s the others are tried first (RFC 3263
	 * section 4.3).
	 */
	failed(target: Target): void {
		this.#knowledge.failed.add(target);
		this.#log.debug(() => `${describe(target)} failed and is tried last for 60 s`);
	}

	#numericTarget({ host, port, protocol, domain, uri }: NextHop): Target {
		const reachable = isIP(host) === 6 ? this.#families.ipv6 : this.#families.ipv4;
		if (!reachable) throw new ResolveError(`${uri}: this machine cannot reach that version of IP`);
		const target = { protocol, address: host, port };
		return PROTOCOLS[protocol].secure ? { ...target, domain } : target;
	}
}

function describe({ protocol, address, port }: Target): string {
	return `${protocol} ${isIP(address) === 6 ? `[${address}]` : address}:${port}`;
}
