import { isIP } from "node:net";
import type { URI } from "sip.js/lib/core/index.js";
import type { Logger } from "../../log/logger.ts";
import { systemClock } from "../reliability/clock.ts";
import type { Clock } from "../reliability/types.ts";
import { normalizeAddress } from "../transport/ip-address.ts";
import type { Target, TransportProtocol } from "../transport/types.ts";
import { AddressCache } from "./address-cache.ts";
import type { Families } from "./address-source.ts";
import { DnsServers } from "./dns-servers.ts";
import { ResolveError } from "./resolve-error.ts";
import { SystemAddresses } from "./system-addresses.ts";
import { defaultPort, selectTransport } from "./transport-selection.ts";

/** What a resolver is made of. */
export interface ResolverOptions {
	/** DNS servers, each an IP address with or without a port; empty for the operating system's look-up. */
	readonly servers: readonly string[];
	/** The kinds of addresses that we can send to. */
	readonly families: Families;
	/** The protocols that we can send by. */
	readonly protocols: readonly TransportProtocol[];
	readonly log: Logger;
	/** Decides when a remembered address is too old; the machine's clock by default. */
	readonly clock?: Pick<Clock, "now">;
}

/** Finds where to send a request: the steps of RFC 3263 section 4 without service records. */
export class Resolver {
	readonly #families: Families;
	readonly #protocols: readonly TransportProtocol[];
	readonly #log: Logger;
	readonly #addresses: AddressCache;

	/** @throws {ResolveError} when a server is no IP address. */
	constructor(options: ResolverOptions) {
		const { servers, families } = options;
		this.#families = families;
		this.#protocols = options.protocols;
		this.#log = options.log;
		const source = servers.length > 0 ? new DnsServers(servers, families) : new SystemAddresses(families);
		this.#addresses = new AddressCache(source, options.clock ?? systemClock);
	}

	/**
	 * The places to try for a URI, best first, never empty: at once for an IP address or a name that is remembered.
	 *
	 * @param uri the next hop: the Request-URI or the first Route.
	 * @throws {ResolveError} also as a rejection, when there is none.
	 */
	resolve(uri: URI): Target[] | Promise<Target[]> {
		const protocol = selectTransport(uri, this.#protocols);
		const port = uri.port ?? defaultPort(protocol);
		if (port < 1 || port > 65535)
			throw new ResolveError(`Port ${port} of ${uri.toString()}: 1 to 65535 expected`);
		const host = withoutBrackets(uri.getParam("maddr") ?? uri.host);
		const toTargets = (addresses: readonly string[]): Target[] =>
			addresses.map((address) =>
				// The certificate has to be for the domain of the URI, whatever address it led to (RFC 5922).
				protocol === "TLS" ? { protocol, address, port, domain: uri.host } : { protocol, address, port },
			);
		if (isIP(host) !== 0) return toTargets([this.#checkFamily(normalizeAddress(host), uri)]);
		const addresses = this.#addresses.lookup(host);
		if (!(addresses instanceof Promise)) return toTargets(addresses);
		return addresses.then((found) => {
			this.#log.debug(() => `${host} is ${found.join(", ")}`);
			return toTargets(found);
		});
	}

	#checkFamily(address: string, uri: URI): string {
		const reachable = isIP(address) === 6 ? this.#families.ipv6 : this.#families.ipv4;
		if (!reachable)
			throw new ResolveError(`${uri.toString()}: that kind of IP address cannot be reached from here`);
		return address;
	}
}

function withoutBrackets(host: string): string {
	return host.startsWith("[") && host.endsWith("]") ? host.slice(1, -1) : host;
}
