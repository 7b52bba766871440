import { keysOf } from "../../one-of.ts";

/** Transport protocols, spelt as in a Via header field (RFC 3261 section 20.42). */
export type TransportProtocol = "UDP" | "TCP" | "TLS";

/** What the program needs to know about a transport protocol. */
export interface ProtocolFacts {
	/** The value of a URI's `transport` parameter (RFC 3261 section 19.1.1), and the label of metrics. */
	readonly parameter: string;
	/** Port without one in the URI (RFC 3261 section 19.1.2) or the Via (section 18.2.2). */
	readonly defaultPort: number;
	/** Whether it may carry `sips:`, and the peer must show a certificate. */
	readonly secure: boolean;
	/**
	 * Which protocol `sips:` means with this value of `transport`: the one that runs on it. Undefined if
	 * there is none.
	 */
	readonly securedBy: TransportProtocol | undefined;
	/** False if datagrams can be lost, so that RFC 3261 section 17 must retransmit them. */
	readonly reliable: boolean;
	/**
	 * The protocol for requests that are too large for this one (RFC 3261 section 18.1.1); undefined if none
	 * are.
	 */
	readonly forLarge: TransportProtocol | undefined;
	/** The start of its SRV records' name (RFC 3263 section 4.2). */
	readonly srv: string;
	/** The service of its NAPTR records (RFC 3263 section 4.1). */
	readonly naptr: string;
	/** The setting with the port on which the server listens for it. */
	readonly portSetting: "UDPTCPPort" | "TLSPort";
	/** The kind of socket that it needs. */
	readonly socket: "udp" | "tcp";
}

/** All transport protocols, best first when a URI does not say (RFC 3263 section 4.1). */
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

/** What a URI without a `transport` parameter means when nothing else is known (RFC 3263 section 4.1). */
export const USUAL_PROTOCOL: TransportProtocol = "UDP";

/** The protocols that fit, best first. */
export function protocolsWith(fits: (facts: ProtocolFacts) => boolean): readonly TransportProtocol[] {
	return PROTOCOL_NAMES.filter((name) => fits(PROTOCOLS[name]));
}

/** A protocol by its name elsewhere, in upper or lower case; undefined for an unknown name. */
export function protocolNamed(by: "parameter" | "naptr", name: string): TransportProtocol | undefined {
	const wanted = name.toLowerCase();
	return PROTOCOL_NAMES.find((protocol) => PROTOCOLS[protocol][by].toLowerCase() === wanted);
}
