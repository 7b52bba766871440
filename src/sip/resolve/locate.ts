import { PROTOCOLS, type TransportProtocol } from "../transport/protocols.ts";
import type { Target } from "../transport/types.ts";
import { type Service, selectServices, serviceName } from "./naptr-selection.ts";
import type { NextHop } from "./next-hop.ts";
import { ResolveError } from "./resolve-error.ts";
import type { NaptrRecord, SrvRecord } from "./service-source.ts";

/** Answers to DNS questions; undefined while an answer is pending. */
export interface Answers {
	addresses(name: string): readonly string[] | ResolveError | undefined;
	/** Empty if there are none, or no server could be asked. */
	naptr(name: string): readonly NaptrRecord[] | undefined;
	/** In the order to try them; empty if there are none, or no server could be asked. */
	srv(name: string): readonly SrvRecord[] | undefined;
}

/** Nobody tries more servers of a service, or more places in total, for one request. */
const MAX_SERVERS = 8;
const MAX_TARGETS = 16;

/**
 * The steps of RFC 3263 sections 4.1 and 4.2 for a host name, as far as answers are available. Every question
 * that may matter is asked at once, without waiting for its turn.
 *
 * @returns the places to try, best first, never empty; undefined if a missing answer is needed.
 * @throws {ResolveError} if there is no place.
 */
export function locate(hop: NextHop, answers: Answers): Target[] | undefined {
	const { host, port, protocol } = hop;
	const own = answers.addresses(host);
	for (const service of hop.services) answers.srv(serviceName(service, host));
	const naptr = hop.naptr ? answers.naptr(host) : [];
	if (!naptr) return undefined;

	const named = selectServices(naptr, hop.services);
	const services =
		named.length > 0
			? named
			: hop.services.map((candidate) => ({ protocol: candidate, name: serviceName(candidate, host) }));
	const found = serversOf(services, hop, answers);
	if (!found || found.length > 0) return found;

	if (own === undefined) return undefined;
	if (own instanceof ResolveError) throw own;
	const chosen = named[0]?.protocol;
	return chosen
		? toTargets(own, chosen, PROTOCOLS[chosen].defaultPort, hop)
		: toTargets(own, protocol, port, hop);
}

/**
 * The places that SRV records name; empty if there are no such records, undefined while unknown.
 * @throws {ResolveError} if there are records that lead nowhere: then the domain's own address is not meant.
 */
function serversOf(services: readonly Service[], hop: NextHop, answers: Answers): Target[] | undefined {
	const targets: Target[] = [];
	let failure: ResolveError | undefined;
	let waiting = false;
	for (const { protocol, name } of services) {
		const servers = answers.srv(name);
		if (!servers) waiting = true;
		for (const { name: server, port } of servers?.slice(0, MAX_SERVERS) ?? []) {
			if (server === "" || server === "." || port === 0) {
				failure ??= new ResolveError(`${hop.uri}: ${name} says that it has no such service`);
				continue;
			}
			const addresses = answers.addresses(server);
			if (!addresses) waiting = true;
			else if (addresses instanceof ResolveError) failure ??= addresses;
			else targets.push(...toTargets(addresses, protocol, port, hop));
		}
	}
	if (waiting) return undefined;
	if (targets.length === 0 && failure) throw failure;
	return withoutRepeats(targets).slice(0, MAX_TARGETS);
}

function withoutRepeats(targets: readonly Target[]): Target[] {
	const places = targets.map(({ protocol, address, port }) => `${protocol} ${address} ${port}`);
	return targets.filter((_, index) => places.indexOf(places[index] ?? "") === index);
}

function toTargets(
	addresses: readonly string[],
	protocol: TransportProtocol,
	port: number,
	{ domain }: NextHop,
): Target[] {
	return addresses
		.slice(0, MAX_TARGETS)
		.map((address) =>
			PROTOCOLS[protocol].secure ? { protocol, address, port, domain } : { protocol, address, port },
		);
}
