/** Whether an address stands for all addresses of the machine. */
export function isWildcard(address: string): boolean {
	return address === "" || address === "::" || address === "0.0.0.0";
}

/** Whether an IP address is IPv6, with or without a zone. */
export function isIPv6(address: string): boolean {
	return address.includes(":");
}
