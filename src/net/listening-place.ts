import { formatHostPort } from "./host-port.ts";

/** A place where the server listens, for people. */
export interface ListeningPlace {
	/** `SIP`, `XML` or `HTTP`. */
	readonly name: string;
	/** `UDP`, `TCP`. */
	readonly protocol: string;
	readonly address: string;
	readonly port: number;
}

/** Says where a server listens, with words for all addresses. */
export function describePlace({ name, protocol, address, port }: ListeningPlace): string {
	const place = isAnywhere(address) ? `port ${port} on all addresses` : formatHostPort(address, port);
	return `${name} over ${protocol}: ${place}`;
}

/** Whether it stands for all addresses of the machine. */
export function isAnywhere(address: string): boolean {
	return address === "::" || address === "0.0.0.0";
}
