import { parseUri } from "../../../../src/sip/message/uri.ts";
import { readNextHop } from "../../../../src/sip/resolve/next-hop.ts";
import { findPlaces, slowNames } from "../../../../src/sip/resolve/resolution.ts";
import { ResolveError } from "../../../../src/sip/resolve/resolve-error.ts";
import type { NaptrRecord, SrvRecord } from "../../../../src/sip/resolve/service-source.ts";
import type { TransportProtocol } from "../../../../src/sip/transport/protocols.ts";
import { FakeClock } from "../../../support/fake-clock.ts";

type Reply<T> = T | Promise<T>;

/** What the world of one test knows; anything else is not there. */
export interface World {
	readonly addresses?: Readonly<Record<string, Reply<readonly string[]>>>;
	readonly srv?: Readonly<Record<string, Reply<readonly SrvRecord[]>>>;
	readonly naptr?: Reply<readonly NaptrRecord[]>;
	readonly protocols?: readonly TransportProtocol[];
}

/** An answer that does not come. */
export const never = new Promise<never>(() => {});

/** A look-up that a test starts with `found`, and what it asks for. */
export function look(uri: string, world: World, random = () => 0) {
	const asked: string[] = [];
	const clock = new FakeClock();
	const slow = slowNames(clock);
	const found = () => {
		const parsed = parseUri(uri);
		if (!parsed) throw new Error(`${uri} is no URI`);
		const lookups = {
			addresses(name: string) {
				asked.push(`A ${name}`);
				const known = world.addresses?.[name];
				if (!known) throw new ResolveError(`${name} has no IP address`);
				return known;
			},
			naptr(name: string) {
				asked.push(`NAPTR ${name}`);
				return world.naptr ?? [];
			},
			srv(name: string) {
				asked.push(`SRV ${name}`);
				return world.srv?.[name] ?? [];
			},
		};
		const hop = readNextHop(parsed, world.protocols ?? ["UDP", "TCP", "TLS"]);
		return findPlaces(hop, { lookups, clock, random, slow });
	};
	return { asked, clock, found };
}

/** The places as text; only when they are there at once. */
export function places(uri: string, world: World, random?: () => number): string[] {
	const found = look(uri, world, random).found();
	if (found instanceof Promise) throw new Error("The answer is not there at once");
	return found.map(({ protocol, address, port, domain }) =>
		[protocol, address, port, domain].filter((part) => part !== undefined).join(" "),
	);
}

/** An SRV record. */
export function server(name: string, port: number, priority = 1, weight = 1): SrvRecord {
	return { name, port, priority, weight };
}

/** A NAPTR record. */
export function naptr(order: number, service: string, replacement: string, preference = 1): NaptrRecord {
	return { order, preference, flags: "s", service, replacement };
}

/** Of the hosts that most tests know. */
export const ADDRESSES = {
	"pbx.example": ["192.0.2.1"],
	"a.example": ["192.0.2.10"],
	"b.example": ["192.0.2.20", "2001:db8::20"],
};
