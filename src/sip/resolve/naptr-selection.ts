import { PROTOCOLS, protocolNamed, type TransportProtocol } from "../transport/protocols.ts";
import type { NaptrRecord } from "./service-source.ts";

/** A service of a domain: a name with SRV records, and the protocol its servers speak. */
export interface Service {
	readonly protocol: TransportProtocol;
	/** Such as `_sip._udp.example.com`. */
	readonly name: string;
}

/**
 * The services that a domain's NAPTR records name, best first: those of the lowest order with a protocol that
 * we have, by preference. We must not use higher orders even if these fail (RFC 3403 section 4.1): otherwise
 * a broken TLS connection would lead to an insecure one.
 *
 * @param protocols the ones that may be used; only TLS for `sips:` (RFC 3263 section 4.1).
 */
export function selectServices(
	records: readonly NaptrRecord[],
	protocols: readonly TransportProtocol[],
): Service[] {
	const usable: { readonly record: NaptrRecord; readonly service: Service }[] = [];
	for (const record of records) {
		const protocol = protocolNamed("naptr", record.service);
		const name = record.replacement.replace(/\.$/, "");
		if (!protocol || !protocols.includes(protocol) || name === "" || !/^s$/i.test(record.flags)) continue;
		usable.push({ record, service: { protocol, name } });
	}
	usable.sort((a, b) => a.record.order - b.record.order || a.record.preference - b.record.preference);
	return usable
		.filter(({ record }) => record.order === usable[0]?.record.order)
		.map(({ service }) => service);
}

/** The name of the SRV records for a protocol (RFC 3263 section 4.2). */
export function serviceName(protocol: TransportProtocol, host: string): string {
	return `${PROTOCOLS[protocol].srv}.${host}`;
}
