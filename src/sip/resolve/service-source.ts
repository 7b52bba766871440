/** Which protocol a domain offers SIP by, and where its servers are listed (RFC 3263 section 4.1). */
export interface NaptrRecord {
	/** Lower ones come first, and higher ones not at all when a lower one can be used (RFC 3403). */
	readonly order: number;
	/** Among records of the same order, lower ones come first. */
	readonly preference: number;
	/** `s`: the replacement has SRV records; the only one that SIP uses. */
	readonly flags: string;
	/** `SIP+D2U`, `SIP+D2T`, `SIPS+D2T` and others, in any case. */
	readonly service: string;
	readonly replacement: string;
}

/** One server of a service (RFC 2782). */
export interface SrvRecord {
	/** Lower ones are tried first. */
	readonly priority: number;
	/** Share of the calls among servers of the same priority. */
	readonly weight: number;
	readonly port: number;
	/** Host name of the server; empty or `.` when the domain says that it does not offer the service. */
	readonly name: string;
}

/** Where service records come from. */
export interface ServiceSource {
	/**
	 * Empty when there is none.
	 * @throws {Error} as a rejection, when no server could be asked.
	 */
	naptr(name: string): Promise<readonly NaptrRecord[]>;
	/**
	 * @param name such as `_sip._udp.example.com`.
	 * @returns empty when there is none.
	 * @throws {Error} as a rejection, when no server could be asked.
	 */
	srv(name: string): Promise<readonly SrvRecord[]>;
}
