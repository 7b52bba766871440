import { type IpAddress, parseAddress } from "./address.ts";

/** A block of addresses: all that share the first `prefix` bits of `value`. */
export interface Cidr {
	readonly family: 4 | 6;
	/** The address with the bits after the prefix cleared. */
	readonly value: bigint;
	/** 0 to 32 (IPv4) or 0 to 128 (IPv6). */
	readonly prefix: number;
}

/** A text that is not an address block; the message says what was expected. */
export class CidrError extends Error {
	override readonly name = "CidrError";
	readonly text: string;

	constructor(text: string, expected: string) {
		super(`${JSON.stringify(text)} is not an address block: ${expected}`);
		this.text = text;
	}
}

const BITS = { 4: 32, 6: 128 } as const;
const DECIMAL = /^\d{1,3}$/;

/**
 * Parses a block in CIDR notation (RFC 4632 section 3.1), such as `192.168.0.0/16` or `fd00::/8`; a single
 * address is a block of one. Bits after the prefix are ignored, as in `ip route`.
 *
 * @throws {CidrError}
 */
export function parseCidr(text: string): Cidr {
	const slash = text.indexOf("/");
	const host = slash < 0 ? text : text.slice(0, slash);
	const address = host.includes("%") ? undefined : parseAddress(host);
	if (!address) throw new CidrError(text, "expected an IP address such as 192.168.0.0/16 or fd00::/8");
	const prefix = slash < 0 ? BITS[address.family] : readPrefix(text, text.slice(slash + 1), host, address);
	return { family: address.family, value: network(address, prefix), prefix };
}

function readPrefix(text: string, digits: string, host: string, address: IpAddress): number {
	const mapped = address.family === 4 && host.includes(":");
	const lowest = mapped ? 96 : 0;
	const highest = mapped ? 128 : BITS[address.family];
	const prefix = DECIMAL.test(digits) ? Number(digits) : -1;
	if (prefix < lowest || prefix > highest) {
		throw new CidrError(text, `expected a prefix length from ${lowest} to ${highest} after the slash`);
	}
	return prefix - lowest;
}

function network(address: IpAddress, prefix: number): bigint {
	const free = BigInt(BITS[address.family] - prefix);
	return (address.value >> free) << free;
}

/** Who may connect; an empty list lets everyone in. */
export class AllowList {
	readonly #blocks: readonly Cidr[];

	/**
	 * @param blocks in CIDR notation.
	 * @throws {CidrError}
	 */
	constructor(blocks: readonly string[]) {
		this.#blocks = blocks.map(parseCidr);
	}

	/**
	 * Whether a peer with this address may connect; a text that is not an address may only if everyone may.
	 */
	allows(peer: string): boolean {
		if (this.#blocks.length === 0) return true;
		const address = parseAddress(peer);
		if (!address) return false;
		return this.#blocks.some(
			({ family, prefix, value }) => family === address.family && network(address, prefix) === value,
		);
	}
}
