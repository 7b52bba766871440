import { isUriHost } from "../translate/sip-uri.ts";
import {
	ADDRESS_OR_ALL,
	ADDRESS_RANGES,
	DNS_SERVERS,
	DOMAIN_NAME,
	FROM_URI,
	IP_ADDRESSES,
	PROXY_URI_OR_NONE,
} from "./network-types.ts";
import { type AnySetting, group, type Machine, type SettingValue, single } from "./setting.ts";
import {
	API_TOKEN,
	AUTO_ANSWER,
	BOOLEAN,
	integer,
	LOG_LEVEL,
	port,
	seconds,
	secondsOrOff,
	text,
} from "./value-type.ts";
import { WEBHOOK_SECRET, WEBHOOK_URL } from "./webhook-types.ts";

const SIP = "SIP";
const CALLS = "Calls";
const LOG = "Log";
const HISTORY = "History";
const INTERFACES = "XML and HTTP interfaces";

/** The host name, or `localhost` when the machine's name can't stand in a URI. */
function host({ hostName }: Machine): string {
	return isUriHost(hostName) ? hostName : "localhost";
}

/**
 * Every setting there is. The typed settings, the reader of files and command lines, the help, the sample
 * file and README's table are all made of this table; nothing else in the program knows a setting's name.
 */
export const SETTINGS = {
	ipAddress: single({
		section: SIP,
		name: "IPAddress",
		type: ADDRESS_OR_ALL,
		default: "",
		defaultText: "all, IPv4 and IPv6",
		options: [{ option: "-a" }],
		help: "address to use for SIP",
		details: ["With an address here, SIP uses its family only, IPv4 or IPv6."],
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
		help: "who calls the initiator: the URI of the From header",
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
		help: "port for SIP over TLS; it stays closed without a certificate",
		details: [
			"Certificate and key are domain_cert_<TLSDomainName>.pem and domain_key_<TLSDomainName>.pem in",
			"CertificatePath; root_cert_*.pem there are trusted beside the system's roots.",
		],
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
		help: "send CRLFCRLF to phones, each 30 s on UDP and each 180 s on TCP",
	}),
	outboundProxy: single({
		section: SIP,
		name: "OutboundProxy",
		type: PROXY_URI_OR_NONE,
		default: "",
		defaultText: "none",
		options: [{ option: "-op" }],
		help: "URI of a proxy that all requests are sent through",
	}),
	sipAccounts: group({
		section: SIP,
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
				help: "the password of SipAuthUser",
			},
			realm: {
				name: "SipAuthRealm",
				type: text({ placeholder: "REALM" }),
				default: "",
				help: "the realm that the account is for; without it, for every realm that no other account names",
			},
		},
		help: "accounts at PBXs and proxies, one group of lines a realm",
		details: ["An account without realm answers whoever asks, called phones included: name the realm."],
		sample: ["#SipAuthUser = click2call", "#SipAuthPassword = PASSWORD", "#SipAuthRealm = pbx.example.com"],
	}),
	register: single({
		section: SIP,
		name: "Register",
		type: BOOLEAN,
		default: false,
		help: "register ClickToCallIdentity at its domain, or at the OutboundProxy",
		details: ["For a PBX that takes calls of registered users only."],
	}),
	initiatorTimeout: single({
		section: CALLS,
		name: "InitiatorTimeout",
		type: seconds(1, 3600),
		default: 60,
		unit: "s",
		help: "how long the initiator's phone may ring",
	}),
	destinationTimeout: single({
		section: CALLS,
		name: "DestinationTimeout",
		type: seconds(1, 3600),
		default: 90,
		unit: "s",
		help: "how long the destination's phone may ring",
	}),
	maxCallDuration: single({
		section: CALLS,
		name: "MaxCallDuration",
		type: seconds(0, 604_800, { zero: "no limit" }),
		default: 0,
		unit: "s",
		help: "longest time that the server stays in an anchored call",
	}),
	drainTimeout: single({
		section: CALLS,
		name: "DrainTimeout",
		type: seconds(0, 3600, { zero: "at once" }),
		default: 0,
		unit: "s",
		help: "how long anchored calls may go on when the server is told to stop; then they are ended",
		details: ["No new calls are taken meanwhile. A second signal ends them at once."],
	}),
	sessionExpires: single({
		section: CALLS,
		name: "SessionExpires",
		type: secondsOrOff(90, 86_400),
		default: 1800,
		unit: "s",
		help: "session interval that phones are asked for (RFC 4028): one that vanished is noticed within it",
	}),
	autoAnswer: single({
		section: CALLS,
		name: "AutoAnswer",
		type: AUTO_ANSWER,
		default: "off",
		help: "ask the initiator's phone to pick up by itself, by Call-Info, Alert-Info or both",
		details: [
			"Call-Info: <sip:…>;answer-after=0 is what Snom, Grandstream and Yealink look for, Alert-Info:",
			"…info=alert-autoanswer Polycom, Cisco and Yealink. The phone has to be set to allow it.",
		],
	}),
	maxCalls: single({
		section: CALLS,
		name: "MaxCalls",
		type: integer(0, 1_000_000, { zero: "no limit" }),
		default: 200,
		help: "most calls at a time; a request beyond is refused with 503",
	}),
	maxCallsPerSecond: single({
		section: CALLS,
		name: "MaxCallsPerSecond",
		type: integer(0, 100_000, { zero: "no limit" }),
		default: 20,
		help: "most new calls in a second; a request beyond is refused with 503",
	}),
	logLevel: single({
		section: LOG,
		name: "LogLevel",
		type: LOG_LEVEL,
		default: "INFO",
		options: [{ option: "-l" }],
		help: "how much is logged to the console and to the file",
		details: ["STACK writes whole SIP messages, without passwords."],
	}),
	logFilename: single({
		section: LOG,
		name: "LogFilename",
		type: text({ placeholder: "FILE", expected: "a path, or nothing for no log file" }),
		default: "clicktocall.log",
		help: "log file; empty for none",
	}),
	logFileMaxLines: single({
		section: LOG,
		name: "LogFileMaxLines",
		type: integer(0, 1_000_000_000, { zero: "no limit" }),
		default: 50_000,
		unit: "lines",
		help: "lines after which a new log file is begun; the one before gets .1 after its name",
		details: ["50000 lines are about 5 MB."],
	}),
	historyFile: single({
		section: HISTORY,
		name: "HistoryFile",
		type: text({ placeholder: "FILE", expected: "a path, or nothing for no history" }),
		default: "clicktocall-history.sqlite",
		help: "SQLite file with the history of calls; empty for none",
		details: [
			"The server locks the file while it runs. One that is damaged is renamed, and a new one begun.",
		],
	}),
	historyDays: single({
		section: HISTORY,
		name: "HistoryDays",
		type: integer(0, 36_500, { zero: "for ever" }),
		default: 90,
		unit: "days",
		help: "how long calls stay in the history",
	}),
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
		help: "addresses on which the XML interface listens",
	}),
	xmlRpcAllow: single({
		section: INTERFACES,
		name: "XmlRpcAllow",
		type: ADDRESS_RANGES,
		default: [],
		defaultText: "everyone",
		example: "127.0.0.1, ::1, 192.168.0.0/16",
		help: "who may connect to the XML interface",
		details: ["The XML interface asks for no password."],
	}),
	httpPort: single({
		section: INTERFACES,
		name: "HttpPort",
		type: port({ zeroIsOff: true }),
		default: 5090,
		help: "port of the web pages",
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
	httpAuth: single({
		section: INTERFACES,
		name: "HttpAuth",
		type: BOOLEAN,
		default: false,
		sample: "1",
		help: "ask for a password before a web page places a call (Digest; the user is admin)",
	}),
	httpAuthPwd: single({
		section: INTERFACES,
		name: "HttpAuthPwd",
		type: text({ placeholder: "PASSWORD", required: true }),
		default: "admin",
		sample: "admin",
		secret: true,
		help: "the password for HttpAuth",
		details: ["Choose one of your own."],
	}),
	httpApiTokens: group({
		section: INTERFACES,
		fields: {
			token: {
				name: "HttpApiToken",
				type: API_TOKEN,
				secret: true,
				help: "a token that programs may show at /api and /metrics instead of the password; may be repeated",
			},
		},
		help: "tokens of programs; with one of them /api and /metrics are closed to everybody else",
		sample: ["#HttpApiToken = TOKEN-OF-YOUR-OWN"],
	}),
	webhooks: group({
		section: INTERFACES,
		fields: {
			url: {
				name: "Webhook",
				type: WEBHOOK_URL,
				secret: true,
				help: "http or https URL that each event of a call is posted to, as JSON; may be repeated",
			},
			secret: {
				name: "WebhookSecret",
				type: WEBHOOK_SECRET,
				default: "",
				secret: true,
				help: "the key that the Webhook before it is signed with: whsec_ and base64, or a text",
			},
		},
		help: "programs that are told what happens to calls, each with a secret of its own",
		sample: ["#Webhook = https://crm.example.com/calls", "#WebhookSecret = SECRET"],
	}),
	translationRules: group({
		section: "Address translation",
		fields: {
			pattern: {
				name: "TranslationPattern",
				type: text({ placeholder: "REGEX", expected: "a regular expression", required: true }),
				help: "Perl-compatible regular expression that is searched for in the address",
			},
			output: {
				name: "TranslationOutput",
				type: text({
					placeholder: "OUTPUT",
					expected: "the SIP URI to call, with $1 for a group",
					required: true,
				}),
				help: "the SIP URI to call; $1 stands for the first group of the pattern",
			},
		},
		help: "rules that make SIP URIs of initiators and destinations, in pairs; the first that matches wins",
		details: [
			"Addresses that no rule matches are refused. $1 to $99 are the groups of the pattern, $0 is the whole",
			`match, \${name} a named group, \${12} a group that a digit follows, \\$ a dollar sign.`,
		],
		sample: [
			"# SIP URIs as they are:",
			"TranslationPattern = ^(sips?:.*)$",
			"TranslationOutput = $1",
			"# Numbers and names at your PBX or gateway:",
			"TranslationPattern = ^(\\+?[0-9A-Za-z*#._-]+)$",
			"TranslationOutput = sip:$1@example.com",
		],
	}),
} as const satisfies Readonly<Record<string, unknown>>;

/** Every setting's value; the comments on the values are in the table. */
export type Settings = { readonly [K in keyof typeof SETTINGS]: SettingValue<(typeof SETTINGS)[K]> };

/** The values that were set, where not all of them are. */
export type SettingValues = Partial<Settings>;

/** The table's entries, in their order. */
export const SETTING_ENTRIES: readonly (readonly [keyof Settings, AnySetting])[] = Object.entries(
	SETTINGS,
).map(([key, setting]) => [key as keyof Settings, setting]);

/** The settings of a server for which nothing was set. */
export function defaultSettings(machine: Machine): Settings {
	const values = SETTING_ENTRIES.map(([key, setting]) => [key, defaultOf(setting, machine)]);
	return Object.fromEntries(values) as Settings;
}

function defaultOf(setting: AnySetting, machine: Machine): unknown {
	if (setting.kind === "group") return [];
	return typeof setting.default === "function" ? setting.default(machine) : setting.default;
}
