import { isIP } from "node:net";
import { normaliseAddress } from "../net/address.ts";
import { AllowList } from "../net/allow-list.ts";

/** Who sent a request, and how, as far as trusted proxies tell. */
export interface ForwardedClient {
	/** IP address. */
	readonly peer: string;
	/** Whether the client's request came over TLS. */
	readonly secure: boolean;
	/** The host that the client asked for, with a port if it is not the scheme's; undefined = as the Host field says. */
	readonly host?: string | undefined;
	/** Whether the request came through a trusted proxy. */
	readonly proxied: boolean;
}

/** What one proxy says of who came to it. */
interface Hop {
	readonly for?: string | undefined;
	readonly proto?: string | undefined;
	readonly host?: string | undefined;
}

/** The two ways to tell of the client contradict each other: one of them is not from the proxy. */
export class ForwardingError extends Error {
	override readonly name = "ForwardingError";
}

/** Proxies in a row that are believed, at most. */
const MAX_HOPS = 10;

const HOST = /^[\w.~-]+(:\d{1,5})?$|^\[[0-9a-f:.]+\](:\d{1,5})?$/i;
/** A pair of RFC 7239 section 4: a token or a quoted string after the name. */
const PAIR = /\s*([\w!#$%&'*+.^`|~-]+)=(?:"((?:[^"\\]|\\.)*)"|([^",;\s]*))\s*([;,]|$)/y;

/** The proxies whose word on the client counts; what others say of it is ignored. */
export class TrustedProxies {
	readonly #list: AllowList;
	readonly #some: boolean;

	/** @param blocks in CIDR notation; none = nobody. @throws {CidrError} */
	constructor(blocks: readonly string[]) {
		this.#list = new AllowList(blocks);
		this.#some = blocks.length > 0;
	}

	/** Whether an address is that of a trusted proxy. */
	includes(address: string): boolean {
		return this.#some && this.#list.allows(address);
	}

	/**
	 * The client of a request: the first hop from the right that is not a trusted proxy, in `X-Forwarded-For` or
	 * `Forwarded` (RFC 7239).
	 *
	 * @param peer who the connection is from.
	 * @param secure whether that connection is TLS.
	 * @throws {ForwardingError}
	 */
	clientOf(peer: string, secure: boolean, headers: Headers): ForwardedClient {
		const direct = { peer, secure, proxied: false };
		if (!this.includes(peer)) return direct;
		const forwarded = headers.get("forwarded");
		const conventional = headers.get("x-forwarded-for");
		const through = { ...direct, proxied: true };
		const one = forwarded === null ? undefined : this.#walk(through, readForwarded(forwarded));
		const other =
			conventional === null ? undefined : this.#walk(through, readConventional(conventional, headers));
		if (one && other && (one.peer !== other.peer || one.secure !== other.secure || one.host !== other.host))
			throw new ForwardingError("Forwarded and X-Forwarded-For, -Proto and -Host tell of different clients");
		return one ?? other ?? through;
	}

	#walk(start: ForwardedClient, hops: readonly Hop[]): ForwardedClient {
		let client = start;
		for (const hop of hops.slice(-MAX_HOPS).reverse()) {
			if (!this.includes(client.peer)) break;
			const peer = addressOf(hop.for);
			const host = hop.host !== undefined && HOST.test(hop.host) ? hop.host.toLowerCase() : client.host;
			const secure = hop.proto === undefined ? client.secure : hop.proto.toLowerCase() === "https";
			client = { ...client, secure, host, ...(peer !== undefined && { peer }) };
			// Who hides its client's address is the last one that is known.
			if (peer === undefined) break;
		}
		return client;
	}
}

function readConventional(addresses: string, headers: Headers): Hop[] {
	const fors = listOf(addresses);
	const protos = listOf(headers.get("x-forwarded-proto"));
	const hosts = listOf(headers.get("x-forwarded-host"));
	// Many proxies write one scheme and one host, whatever number of addresses there is.
	const atSameHop = (list: readonly string[], index: number): string | undefined =>
		list[Math.max(0, list.length - (fors.length - index))];
	return fors.map((address, index) => ({
		for: address,
		proto: atSameHop(protos, index),
		host: atSameHop(hosts, index),
	}));
}

function listOf(value: string | null): string[] {
	return value === null ? [] : value.split(",").map((item) => item.trim());
}

/** @returns nothing at all if any part of it cannot be read. */
function readForwarded(value: string): Hop[] {
	const hops: Record<string, string>[] = [{}];
	PAIR.lastIndex = 0;
	while (PAIR.lastIndex < value.length) {
		const [, name, quoted, token = "", separator] = PAIR.exec(value) ?? [];
		if (name === undefined) return [];
		const hop = hops.at(-1) ?? {};
		hop[name.toLowerCase()] = quoted === undefined ? token : quoted.replace(/\\(.)/g, "$1");
		if (separator === ",") hops.push({});
	}
	return hops;
}

/** The address in `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1` or `[2001:db8::1]:80`; undefined for other words. */
function addressOf(text = ""): string | undefined {
	const bare = /^\[([^\]]+)\](?::\w+)?$/.exec(text)?.[1] ?? /^([\d.]+):\w+$/.exec(text)?.[1] ?? text;
	return isIP(bare) > 0 ? normaliseAddress(bare) : undefined;
}
