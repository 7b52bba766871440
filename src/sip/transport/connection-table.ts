import { isIP } from "node:net";
import { normaliseDomain, sameAddress } from "../../tls/certificate-name.ts";
import type { StreamConnection } from "./stream-connection.ts";
import type { HostPort } from "./types.ts";

/** Where a connection must lead. */
export type ConnectionTarget = HostPort & { readonly domain?: string | undefined };

interface Entry {
	readonly connection: StreamConnection;
	/** The domain that the peer's certificate was checked for; undefined if it was not checked. */
	readonly domain: string | undefined;
}

/** The open connections of one protocol, found by where they lead. */
export class ConnectionTable {
	readonly #places = new Map<string, Entry[]>();

	/**
	 * The youngest connection that may be used for a target. One checked for a domain is used for that domain
	 * alone (RFC 5922 section 7.3), and for URIs that give just the address to which it leads: proxies record
	 * themselves in this way (RFC 3261 section 16.6 step 4), and with no name nobody can be deceived about
	 * it.
	 */
	find(target: ConnectionTarget): StreamConnection | undefined {
		return this.#places.get(placeOf(target))?.findLast((entry) => serves(entry, target))?.connection;
	}

	/** @param domain the domain that the peer's certificate was checked for. */
	add(connection: StreamConnection, domain: string | undefined): void {
		const place = placeOf(connection.remote);
		const entry = { connection, domain: domain === undefined ? undefined : normaliseDomain(domain) };
		const others = this.#places.get(place);
		if (others) others.push(entry);
		else this.#places.set(place, [entry]);
	}

	remove(connection: StreamConnection): void {
		const place = placeOf(connection.remote);
		const left = this.#places.get(place)?.filter((entry) => entry.connection !== connection) ?? [];
		if (left.length > 0) this.#places.set(place, left);
		else this.#places.delete(place);
	}

	get size(): number {
		let size = 0;
		for (const entries of this.#places.values()) size += entries.length;
		return size;
	}

	/** A snapshot of all of them. */
	get all(): StreamConnection[] {
		return [...this.#places.values()].flatMap((entries) => entries.map(({ connection }) => connection));
	}
}

/** One text per target. */
export function targetKey(target: ConnectionTarget): string {
	return `${placeOf(target)} ${target.domain === undefined ? "" : normaliseDomain(target.domain)}`;
}

function placeOf({ address, port }: HostPort): string {
	return `${port} ${address}`;
}

function serves(entry: Entry, target: ConnectionTarget): boolean {
	if (!entry.connection.open) return false;
	if (target.domain === undefined) return true;
	if (entry.domain === undefined) return false;
	const wanted = normaliseDomain(target.domain);
	return wanted === entry.domain || (isIP(wanted) !== 0 && sameAddress(wanted, target.address));
}
