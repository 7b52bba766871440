import { isUriHost } from "../translate/sip-uri.ts";
import {
	ADDRESS_OR_ALL,
	DNS_SERVERS,
	DOMAIN_NAME,
	EXTERNAL_ADDRESS,
	FROM_URI,
	PROXY_URI_OR_NONE,
} from "./network-types.ts";
import { group, type Machine, single } from "./setting.ts";
import { BOOLEAN, integer, port, text } from "./value-type.ts";

const SIP = "SIP";

/** The host name, or `localhost` when the machine's name cannot stand in a URI. */
function host({ hostName }: Machine): string {
	return isUriHost(hostName) ? hostName : "localhost";
}

/** Settings of SIP, the side of phones and PBXs. */
export const SIP_SETTINGS = {
	ipAddress: single({
		section: SIP,
		name: "IPAddress",
		type: ADDRESS_OR_ALL,
		default: "",
		defaultText: "all, IPv4 and IPv6",
		options: [{ option: "-a" }],
		help: "address to use for SIP",
		details: ["With an address, SIP uses only its family, IPv4 or IPv6."],
	}),
	externalAddress: single({
		section: SIP,
		name: "ExternalAddress",
		type: EXTERNAL_ADDRESS,
		default: "",
		defaultText: "none",
		help: "address of this server outside its NAT, for Via, Contact and SDP; auto: as peers report it in received",
		details: [
			"The NAT must forward UDPTCPPort. Phones in private networks get the server's own address, unless",
			"this one is private, too.",
		],
	}),
	fixContact: single({
		section: SIP,
		name: "FixContact",
		type: BOOLEAN,
		default: true,
		help: "if a phone's Contact is a private address, send requests to where its packets come from",
		details: [
			"For phones behind a NAT: their packets come from an address that is not private, and no proxy has",
			"recorded a route.",
		],
	}),
	dnsServers: single({
		section: SIP,
		name: "DNSServers",
		type: DNS_SERVERS,
		default: [],
		defaultText: "the system's",
		options: [{ option: "-d" }],
		help: "DNS servers, separated by comma, semicolon or space",
		details: ["A port other than 53 may be given: 192.0.2.1:5353, [2001:db8::1]:5353."],
	}),
	clickToCallIdentity: single({
		section: SIP,
		name: "ClickToCallIdentity",
		type: FROM_URI,
		default: (machine) => `sip:clicktocall@${host(machine)}`,
		defaultText: "sip:clicktocall@<host name>",
		emptyIsDefault: true,
		options: [{ option: "-ci" }],
		example: "sip:clicktocall@example.com",
		help: "caller that the initiator sees: the URI of the From header",
		details: ['The display name is always "Click-To-Call: <user of the destination>".'],
	}),
	udpTcpPort: single({
		section: SIP,
		name: "UDPTCPPort",
		type: port({ zeroIsOff: false }),
		default: 5072,
		options: [{ option: "-sp" }],
		help: "port for SIP over UDP and TCP",
	}),
	tlsPort: single({
		section: SIP,
		name: "TLSPort",
		type: port({ zeroIsOff: true }),
		default: 5073,
		options: [{ option: "-tp" }],
		help: "port for SIP over TLS; closed without a certificate",
		details: [
			"Certificate and key are domain_cert_<TLSDomainName>.pem and domain_key_<TLSDomainName>.pem in",
			"CertificatePath; root_cert_*.pem there are trusted in addition to the system's.",
		],
	}),
	sipMaxConnections: single({
		section: SIP,
		name: "SipMaxConnections",
		type: integer(0, 1_000_000, { zero: "no limit" }),
		default: 4000,
		help: "maximum number of TCP and TLS connections from phones and PBXs; more are closed at once",
	}),
	sipMaxPerAddress: single({
		section: SIP,
		name: "SipMaxPerAddress",
		type: integer(0, 1_000_000, { zero: "no limit" }),
		default: 1000,
		help: "the same from one address, or from one IPv6 /64 network",
	}),
	tlsDomainName: single({
		section: SIP,
		name: "TLSDomainName",
		aliases: ["TLSDomain"],
		type: DOMAIN_NAME,
		default: host,
		defaultText: "the host name",
		emptyIsDefault: true,
		options: [{ option: "-td" }],
		example: "sip.example.com",
		help: "domain of this server, for its certificate",
	}),
	certificatePath: single({
		section: SIP,
		name: "CertificatePath",
		path: "certificate folder",
		type: text({ placeholder: "FOLDER", expected: "a folder, or nothing for the working directory" }),
		default: "",
		defaultText: "the working directory",
		help: "folder of the certificate files",
	}),
	keepAlives: single({
		section: SIP,
		name: "KeepAlives",
		type: BOOLEAN,
		default: true,
		options: [{ option: "-nk", sets: "0" }],
		help: "send CRLFCRLF to phones, every 30 s on UDP and every 180 s on TCP",
	}),
	outboundProxy: single({
		section: SIP,
		name: "OutboundProxy",
		type: PROXY_URI_OR_NONE,
		default: "",
		defaultText: "none",
		options: [{ option: "-op" }],
		help: "URI of a proxy to send all requests through",
	}),
	sipAccounts: group({
		section: SIP,
		live: true,
		ordered: true,
		fields: {
			user: {
				name: "SipAuthUser",
				type: text({ placeholder: "USER" }),
				help: "user name for PBXs and proxies that ask for a password (Digest)",
			},
			password: {
				name: "SipAuthPassword",
				type: text({ placeholder: "PASSWORD" }),
				default: "",
				secret: true,
				help: "password of SipAuthUser",
			},
			realm: {
				name: "SipAuthRealm",
				type: text({ placeholder: "REALM" }),
				default: "",
				help: "realm of the account; without it, the account is for every realm that no other one names",
			},
		},
		help: "accounts at PBXs and proxies, one group of lines for each realm",
		details: ["An account without a realm answers anyone who asks, including called phones: name the realm."],
		sample: ["#SipAuthUser = click2call", "#SipAuthPassword = PASSWORD", "#SipAuthRealm = pbx.example.com"],
	}),
	register: single({
		section: SIP,
		name: "Register",
		type: BOOLEAN,
		default: false,
		help: "register ClickToCallIdentity at its domain, or at the OutboundProxy",
		details: ["For a PBX that accepts calls from registered users only."],
	}),
} as const satisfies Readonly<Record<string, unknown>>;
