import { isIP } from "node:net";

/** Whether an address stands for every address of the machine. */
export function isWildcard(address: string): boolean {
	return address === "" || address === "::" || address === "0.0.0.0";
}

/** Whether an address is an IPv6 one, with or without a zone. */
export function isIPv6(address: string): boolean {
	return isIP(address) === 6;
}
