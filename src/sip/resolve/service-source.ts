/** By which protocol a domain offers SIP, and where its servers are listed (RFC 3263 section 4.1). */
export interface NaptrRecord {
	/** Lower ones come first; higher ones must not be used if a lower one can be (RFC 3403). */
	readonly order: number;
	/** Among records of the same order, lower ones come first. */
	readonly preference: number;
	/** `s`: the replacement has SRV records; the only one that SIP uses. */
	readonly flags: string;
	/** `SIP+D2U`, `SIP+D2T`, `SIPS+D2T` and others, in upper or lower case. */
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
	 * Empty if there are none.
	 * @throws {Error} as a rejection, if no server could be asked.
	 */
	naptr(name: string): Promise<readonly NaptrRecord[]>;
	/**
	 * @param name such as `_sip._udp.example.com`.
	 * @returns empty if there are none.
	 * @throws {Error} as a rejection, if no server could be asked.
	 */
	srv(name: string): Promise<readonly SrvRecord[]>;
}
