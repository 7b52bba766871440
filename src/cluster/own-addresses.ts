import { networkInterfaces } from "node:os";

/** Whether this machine has an IP address. */
export function hasAddress(address: string): boolean {
	// The whole network is the machine's own, whether an interface names the address or not (RFC 1122 section 3.2.1.3).
	if (/^127\./.test(address)) return true;
	return Object.values(networkInterfaces()).some((all) => all?.some((own) => own.address === address));
}
