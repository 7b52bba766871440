import { CLUSTER_SETTINGS } from "./cluster-settings.ts";
import { INTERFACE_SETTINGS } from "./interface-settings.ts";
import { PORT_PAIRS } from "./network-types.ts";
import { type AnySetting, group, type Machine, type SettingValue, single } from "./setting.ts";
import { SIP_SETTINGS } from "./sip-settings.ts";
import {
	AUTO_ANSWER,
	BOOLEAN,
	CALLER_IDENTITY,
	COUNTRY,
	integer,
	LOG_LEVEL,
	RINGBACK,
	seconds,
	secondsOrOff,
	text,
} from "./value-type.ts";

const CALLS = "Calls";
const LOG = "Log";
const HISTORY = "History";
const TRANSLATION = "Address translation";

/**
 * Every setting there is. The typed settings, the reader of files and command lines, the help, the sample
 * file and the table in docs/configuration.md are all made of this table; nothing else in the program knows
 * a setting's name.
 */
export const SETTINGS = {
	...SIP_SETTINGS,
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
		help: "longest time that an anchored call may last; then the server ends it",
	}),
	keepCalls: single({
		section: CALLS,
		name: "KeepCalls",
		type: BOOLEAN,
		default: true,
		help: "whether connected calls and those handed over by REFER go on when the server is restarted; needs StateFile",
		details: ["With 0, a server that is told to stop ends them, after DrainTimeout."],
	}),
	drainTimeout: single({
		section: CALLS,
		name: "DrainTimeout",
		live: true,
		type: seconds(0, 3600, { zero: "at once" }),
		default: 0,
		unit: "s",
		help: "how long anchored calls may go on after the server is told to stop",
		details: ["No new calls are accepted meanwhile. A second signal ends the calls at once."],
	}),
	sessionExpires: single({
		section: CALLS,
		name: "SessionExpires",
		type: secondsOrOff(90, 86_400),
		default: 1800,
		unit: "s",
		help: "session interval to request (RFC 4028): a phone that has vanished is noticed within this time",
	}),
	ringback: single({
		section: CALLS,
		name: "Ringback",
		type: RINGBACK,
		default: "us",
		help: "country whose tones the initiator of an anchored call hears until it hears the destination; off for none",
		details: [
			"It hears that the destination rings, unless the destination sends a sound of its own, and why it was not",
			"reached. Countries: at, au, be, br, ca, ch, cn, de, dk, es, fi, fr, gb, ie, in, it, jp, nl, no, nz, pl, pt,",
			"ru, se, us.",
		],
	}),
	failureTone: single({
		section: CALLS,
		name: "FailureTone",
		type: seconds(0, 60, { zero: "none" }),
		default: 4,
		unit: "s",
		help: "how long the initiator hears that the destination is busy, or was not reached, before the server hangs up",
	}),
	waitTone: single({
		section: CALLS,
		name: "WaitTone",
		type: BOOLEAN,
		default: true,
		help: "play a short soft tone while the destination is called but does not ring yet",
	}),
	rtpPorts: single({
		section: CALLS,
		name: "RtpPorts",
		type: PORT_PAIRS,
		default: { first: 10_000, last: 10_999 },
		help: "UDP ports that tones are sent from, two for each call",
		details: ["Nothing that phones send there is used. No port is opened with Ringback = off."],
	}),
	callerIdentity: single({
		section: CALLS,
		name: "CallerIdentity",
		type: CALLER_IDENTITY,
		default: "initiator",
		help: "caller (From) that the destination of an anchored call sees: initiator, or server for ClickToCallIdentity",
		details: [
			"server is for a PBX that accepts only calls in the account's own name. The initiator is then the display",
			"name, and the OutboundProxy gets it as P-Asserted-Identity (RFC 3325), which it must not pass on.",
		],
	}),
	referToHeaders: single({
		section: CALLS,
		name: "ReferToHeaders",
		type: BOOLEAN,
		default: false,
		help: "copy ?header=value and ;method= of a destination's URI to Refer-To",
		details: [
			"Anyone who may place calls can then make the initiator's phone send any request, such as a BYE with",
			"Replaces. Anchored calls leave both out anyway.",
		],
	}),
	autoAnswer: single({
		section: CALLS,
		name: "AutoAnswer",
		type: AUTO_ANSWER,
		default: "off",
		help: "ask the initiator's phone to pick up by itself, with Call-Info, Alert-Info or both",
		details: [
			"Snom, Grandstream and Yealink look for Call-Info: <sip:…>;answer-after=0, Polycom, Cisco and Yealink for",
			"Alert-Info: …info=alert-autoanswer. The phone must be set up to allow it.",
		],
	}),
	maxCalls: single({
		section: CALLS,
		name: "MaxCalls",
		type: integer(0, 1_000_000, { zero: "no limit" }),
		default: 200,
		help: "maximum number of calls at a time; more are refused with 503",
	}),
	maxCallsPerSecond: single({
		section: CALLS,
		name: "MaxCallsPerSecond",
		type: integer(0, 100_000, { zero: "no limit" }),
		default: 20,
		help: "maximum number of new calls a second; more are refused with 503",
	}),
	logLevel: single({
		section: LOG,
		name: "LogLevel",
		live: true,
		type: LOG_LEVEL,
		default: "INFO",
		options: [{ option: "-l" }],
		help: "how much is logged to the console and to the file",
		details: ["STACK writes whole SIP messages, without passwords."],
	}),
	logFilename: single({
		section: LOG,
		name: "LogFilename",
		path: "file written",
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
		help: "lines after which a new log file is started; the old one gets .1 added to its name",
		details: ["50000 lines are about 5 MB."],
	}),
	historyFile: single({
		section: HISTORY,
		name: "HistoryFile",
		path: "file written",
		type: text({ placeholder: "FILE", expected: "a path, or nothing for no history" }),
		default: "clicktocall-history.sqlite",
		help: "SQLite file with the history of calls; empty for none",
		details: [
			"The server locks the file while it runs. If the file is damaged, it is renamed and a new one is started.",
		],
	}),
	stateFile: single({
		section: HISTORY,
		name: "StateFile",
		path: "file written",
		type: text({ placeholder: "FILE", expected: "a path, or nothing to keep no calls" }),
		default: "clicktocall-state.sqlite",
		help: "file with the calls in progress, which a server started after a crash goes on with; empty for none",
		details: [
			"A journal of lines, whatever its name. The server locks the file while it runs. If it is damaged, it is renamed",
			"and a new one is started.",
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
	...INTERFACE_SETTINGS,
	...CLUSTER_SETTINGS,
	numberCleaning: single({
		section: TRANSLATION,
		name: "NumberCleaning",
		live: true,
		type: BOOLEAN,
		default: true,
		help: "give the rules telephone numbers without spaces, brackets and other separators",
		details: [
			"+49 (0)30 123-45 and tel:+49-30-12345 become +493012345. Names and SIP addresses stay as they are.",
		],
	}),
	defaultCountry: single({
		section: TRANSLATION,
		name: "DefaultCountry",
		live: true,
		type: COUNTRY,
		default: "",
		help: "country, such as DE, whose numbers the rules get in international form; empty for none",
		details: [
			"With DE, 030 1234567 and 0049 30 1234567 become +49301234567. Short numbers stay as they are.",
		],
	}),
	contacts: single({
		section: TRANSLATION,
		name: "Contacts",
		path: "file read",
		live: true,
		type: text({ placeholder: "FILE", expected: "a path, or nothing for no contacts" }),
		default: "",
		sample: "contacts.vcf",
		help: "file of names and numbers (vCard or CSV), offered where a number is typed and shown beside it; empty for none",
		details: [
			"Exports of the usual programs: vCard 3 and 4, or CSV whose first line names the columns. It is read again when it",
			"changes.",
		],
	}),
	translationRules: group({
		section: TRANSLATION,
		live: true,
		ordered: true,
		fields: {
			pattern: {
				name: "TranslationPattern",
				type: text({ placeholder: "REGEX", expected: "a regular expression", required: true }),
				help: "Perl-compatible regular expression to search for in the address",
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
		help: "rules that turn initiators and destinations into SIP URIs, in pairs; the first match wins",
		details: [
			"Addresses that no rule matches are refused. $1 to $99 are groups of the pattern, $0 is the whole",
			`match, \${name} a named group, \${12} a group followed by a digit, \\$ a dollar sign.`,
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

/** The settings that a running server takes over when it reads them again. */
export type LiveSetting = {
	[K in keyof Settings]: (typeof SETTINGS)[K] extends { readonly live?: true } ? K : never;
}[keyof Settings];

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
