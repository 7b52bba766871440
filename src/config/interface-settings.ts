import { ACCESS_SETTINGS } from "./access-settings.ts";
import { ADDRESS_RANGES, HOST_NAMES, IP_ADDRESSES, PATH_PREFIX, PROXY_RANGES } from "./network-types.ts";
import { group, single } from "./setting.ts";
import { BOOLEAN, integer, port, text } from "./value-type.ts";
import { WEBHOOK_SECRET, WEBHOOK_URL } from "./webhook-types.ts";

const INTERFACES = "XML and HTTP interfaces";

/** Settings of the interfaces for callers, programs and operators. */
export const INTERFACE_SETTINGS = {
	xmlRpcPort: single({
		section: INTERFACES,
		name: "XmlRpcPort",
		type: port({ zeroIsOff: true }),
		default: 5094,
		help: "port of the XML interface",
	}),
	xmlRpcBind: single({
		section: INTERFACES,
		name: "XmlRpcBind",
		type: IP_ADDRESSES,
		default: [],
		defaultText: "all",
		help: "addresses that the XML interface listens on",
	}),
	xmlRpcAllow: single({
		section: INTERFACES,
		name: "XmlRpcAllow",
		type: ADDRESS_RANGES,
		default: [],
		defaultText: "everyone",
		example: "127.0.0.1, ::1, 192.168.0.0/16",
		help: "who may connect to the XML interface",
		details: ["The XML interface has no password."],
	}),
	xmlRpcMaxConnections: maxConnections("XmlRpcMaxConnections", "to the XML interface", 1000),
	xmlRpcMaxPerAddress: maxConnections(
		"XmlRpcMaxPerAddress",
		"to the XML interface from one address, or from one IPv6 /64 network",
		250,
	),
	httpPort: single({
		section: INTERFACES,
		name: "HttpPort",
		type: port({ zeroIsOff: true }),
		default: 5090,
		help: "port of the web pages",
	}),
	httpsPort: single({
		section: INTERFACES,
		name: "HttpsPort",
		type: port({ zeroIsOff: true }),
		default: 0,
		example: "5443",
		help: "port of the web pages over TLS (HTTPS)",
	}),
	httpsCertificate: single({
		section: INTERFACES,
		name: "HttpsCertificate",
		path: "file read",
		type: text({ placeholder: "FILE", expected: "a file in PEM format, or nothing" }),
		default: "",
		defaultText: "the certificate of TLSDomainName",
		help: "certificate for HttpsPort and XmlRpcTlsPort",
		details: [
			"Intermediate certificates follow it in the file. A renewed file is taken over within half a minute, and on SIGHUP at once.",
		],
	}),
	httpsKey: single({
		section: INTERFACES,
		name: "HttpsKey",
		path: "file read",
		type: text({ placeholder: "FILE", expected: "a file in PEM format, or nothing" }),
		default: "",
		defaultText: "the key of TLSDomainName",
		help: "key of HttpsCertificate, without a passphrase",
	}),
	httpRedirect: single({
		section: INTERFACES,
		name: "HttpRedirect",
		type: BOOLEAN,
		default: false,
		help: "send whoever comes to HttpPort to HttpsPort",
	}),
	httpsHsts: single({
		section: INTERFACES,
		name: "HttpsHsts",
		type: integer(0, 3650, { placeholder: "DAYS", zero: "off" }),
		default: 0,
		unit: "days",
		help: "how long browsers shall use nothing but HTTPS for this host name (HSTS)",
	}),
	xmlRpcTlsPort: single({
		section: INTERFACES,
		name: "XmlRpcTlsPort",
		type: port({ zeroIsOff: true }),
		default: 0,
		example: "5095",
		help: "port of the XML interface over TLS",
	}),
	xmlRpcMutualTls: single({
		section: INTERFACES,
		name: "XmlRpcMutualTls",
		type: BOOLEAN,
		default: false,
		help: "let in at XmlRpcTlsPort only clients with a certificate of an authority in root_cert_*.pem",
	}),
	httpBind: single({
		section: INTERFACES,
		name: "HttpBind",
		type: IP_ADDRESSES,
		default: [],
		defaultText: "all",
		help: "addresses on which the web pages are served",
	}),
	httpAllow: single({
		section: INTERFACES,
		name: "HttpAllow",
		type: ADDRESS_RANGES,
		default: [],
		defaultText: "everyone",
		example: "127.0.0.1, ::1, 192.168.0.0/16",
		help: "who may open the web pages",
	}),
	trustedProxies: single({
		section: INTERFACES,
		name: "TrustedProxies",
		type: PROXY_RANGES,
		default: [],
		defaultText: "none",
		example: "127.0.0.1, ::1",
		help: "proxies whose X-Forwarded-For, -Proto and -Host, or Forwarded, name the client",
		details: ["The proxy must set these headers itself, whatever its clients send."],
	}),
	httpPrefix: single({
		section: INTERFACES,
		name: "HttpPrefix",
		type: PATH_PREFIX,
		default: "",
		defaultText: "none",
		example: "/ctc",
		help: "path below which a proxy serves the web pages and /api",
	}),
	httpMaxConnections: maxConnections("HttpMaxConnections", "to the web pages and /api", 1000),
	httpMaxPerAddress: maxConnections(
		"HttpMaxPerAddress",
		"to the web pages and /api from one address, or from one IPv6 /64 network",
		250,
	),
	httpHosts: single({
		section: INTERFACES,
		name: "HttpHosts",
		type: HOST_NAMES,
		default: [],
		defaultText: "the host name",
		example: "clicktocall.example.com",
		help: "names that browsers may use for the web pages when there is no password",
		details: [
			"IP addresses, names without a dot and names in .local, .lan and .internal need not be listed.",
		],
	}),
	...ACCESS_SETTINGS,
	webhooks: group({
		section: INTERFACES,
		fields: {
			url: {
				name: "Webhook",
				type: WEBHOOK_URL,
				secret: true,
				shown: (url) => URL.parse(url)?.origin ?? "",
				help: "http or https URL that each event of a call is posted to, as JSON; may be repeated",
			},
			secret: {
				name: "WebhookSecret",
				type: WEBHOOK_SECRET,
				default: "",
				secret: true,
				help: "key to sign the events for the Webhook above it: whsec_ and base64, or any text",
			},
		},
		help: "programs to tell what happens in calls, each with its own secret",
		sample: ["#Webhook = https://crm.example.com/calls", "#WebhookSecret = SECRET"],
	}),
} as const satisfies Readonly<Record<string, unknown>>;

/** A limit of connections. @param to whom or what, as an end of the sentence "maximum number of connections …". */
function maxConnections(name: string, to: string, standard: number) {
	return single({
		section: INTERFACES,
		name,
		type: integer(0, 1_000_000, { zero: "no limit" }),
		default: standard,
		help: `maximum number of connections ${to}; more are closed at once`,
	});
}
