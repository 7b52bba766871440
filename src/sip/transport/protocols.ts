import { keysOf } from "../../one-of.ts";

/** Transport protocols, spelt as in a Via header field (RFC 3261 section 20.42). */
export type TransportProtocol = "UDP" | "TCP" | "TLS";

/** What there is to know of a transport protocol. */
export interface ProtocolFacts {
	/** The value of a URI's `transport` parameter (RFC 3261 section 19.1.1), and the label of metrics. */
	readonly parameter: string;
	/** Port without one in the URI (RFC 3261 section 19.1.2) or the Via (section 18.2.2). */
	readonly defaultPort: number;
	/** Whether it may carry `sips:`, and the peer has to show a certificate. */
	readonly secure: boolean;
	/** Which protocol `sips:` means by this value of `transport`: that runs on it. Undefined when none does. */
	readonly securedBy: TransportProtocol | undefined;
	/** False when datagrams can be lost, and RFC 3261 section 17 has to repeat them. */
	readonly reliable: boolean;
	/** What takes a request that is too large for it (RFC 3261 section 18.1.1); undefined when none is. */
	readonly forLarge: TransportProtocol | undefined;
	/** What the name of its SRV records begins with (RFC 3263 section 4.2). */
	readonly srv: string;
	/** The service of its NAPTR records (RFC 3263 section 4.1). */
	readonly naptr: string;
	/** The setting of the port on which the server listens for it. */
	readonly portSetting: "UDPTCPPort" | "TLSPort";
	/** The kind of socket that it needs. */
	readonly socket: "udp" | "tcp";
}

/** Every transport protocol, best first when a URI says nothing (RFC 3263 section 4.1). */
export const PROTOCOLS: Readonly<Record<TransportProtocol, ProtocolFacts>> = {
	UDP: {
		parameter: "udp",
		defaultPort: 5060,
		secure: false,
		securedBy: undefined,
		reliable: false,
		forLarge: "TCP",
		srv: "_sip._udp",
		naptr: "SIP+D2U",
		portSetting: "UDPTCPPort",
		socket: "udp",
	},
	TCP: {
		parameter: "tcp",
		defaultPort: 5060,
		secure: false,
		securedBy: "TLS",
		reliable: true,
		forLarge: undefined,
		srv: "_sip._tcp",
		naptr: "SIP+D2T",
		portSetting: "UDPTCPPort",
		socket: "tcp",
	},
	TLS: {
		parameter: "tls",
		defaultPort: 5061,
		secure: true,
		securedBy: "TLS",
		reliable: true,
		forLarge: undefined,
		srv: "_sips._tcp",
		naptr: "SIPS+D2T",
		portSetting: "TLSPort",
		socket: "tcp",
	},
};

/** Their names, best first. */
export const PROTOCOL_NAMES = keysOf(PROTOCOLS);

/** What a URI without a `transport` parameter means where nothing else is known (RFC 3263 section 4.1). */
export const USUAL_PROTOCOL: TransportProtocol = "UDP";

/** The ones of which something is true, best first. */
export function protocolsWith(fits: (facts: ProtocolFacts) => boolean): readonly TransportProtocol[] {
	return PROTOCOL_NAMES.filter((name) => fits(PROTOCOLS[name]));
}

/** A protocol by its name elsewhere, in upper or lower case; undefined for an unknown name. */
export function protocolNamed(by: "parameter" | "naptr", name: string): TransportProtocol | undefined {
	const wanted = name.toLowerCase();
	return PROTOCOL_NAMES.find((protocol) => PROTOCOLS[protocol][by].toLowerCase() === wanted);
}
