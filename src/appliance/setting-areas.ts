import type { AnySetting } from "../config/setting.ts";
import { defaultSettings, SETTING_ENTRIES, type Settings } from "../config/settings.ts";
import { BOOLEAN, type ValueType } from "../config/value-type.ts";
import type { ShownArea, ShownGroup, ShownSetting } from "../http/box/settings-types.ts";
import { AREAS, type Area } from "../words/settings/types.ts";

/** Where each setting is shown; the rules have a page of their own. */
const AREA_OF: Readonly<Record<keyof Settings, Area | undefined>> = {
	clickToCallIdentity: "pbx",
	register: "pbx",
	outboundProxy: "pbx",
	sipAccounts: "pbx",
	numberCleaning: "pbx",
	defaultCountry: "pbx",
	ipAddress: "pbx",
	externalAddress: "pbx",
	fixContact: "pbx",
	dnsServers: "pbx",
	udpTcpPort: "pbx",
	tlsPort: "pbx",
	tlsDomainName: "pbx",
	certificatePath: "pbx",
	keepAlives: "pbx",
	initiatorTimeout: "phones",
	destinationTimeout: "phones",
	sessionExpires: "phones",
	ringback: "phones",
	failureTone: "phones",
	waitTone: "phones",
	rtpPorts: "phones",
	callerIdentity: "phones",
	referToHeaders: "phones",
	autoAnswer: "phones",
	contacts: "phones",
	httpPort: "web",
	httpsPort: "web",
	httpsCertificate: "web",
	httpsKey: "web",
	httpRedirect: "web",
	httpsHsts: "web",
	httpBind: "web",
	httpAllow: "web",
	httpHosts: "web",
	httpPrefix: "web",
	trustedProxies: "web",
	httpAuth: "web",
	httpAuthPwd: "web",
	httpUsers: "web",
	httpApiTokens: "web",
	webhooks: "web",
	xmlRpcPort: "web",
	xmlRpcTlsPort: "web",
	xmlRpcMutualTls: "web",
	xmlRpcBind: "web",
	xmlRpcAllow: "web",
	logLevel: "log",
	logFilename: "log",
	logFileMaxLines: "log",
	historyFile: "log",
	historyDays: "log",
	stateFile: "log",
	maxCalls: "limits",
	maxCallsPerSecond: "limits",
	maxCallDuration: "limits",
	sipMaxConnections: "limits",
	sipMaxPerAddress: "limits",
	xmlRpcMaxConnections: "limits",
	xmlRpcMaxPerAddress: "limits",
	httpMaxConnections: "limits",
	httpMaxPerAddress: "limits",
	clusterUrl: "boxes",
	nodeName: "boxes",
	nodeAddress: "boxes",
	takeOver: "boxes",
	registerBy: "boxes",
	maxCallsTotal: "boxes",
	keepCalls: "rest",
	drainTimeout: "rest",
	// What can be set in the file alone: the pages could not be opened to confirm it.
	browserSetup: undefined,
	firstRun: undefined,
	translationRules: undefined,
};

/** The settings by area. @param settings as the file has them now. @param inForce those that the server runs with. */
export function shownAreas(settings: Settings, inForce: Settings, hostName: string): ShownArea[] {
	const defaults = defaultSettings({ hostName });
	return AREAS.map((area) => {
		const entries = SETTING_ENTRIES.filter(([key]) => AREA_OF[key] === area);
		return {
			area,
			settings: entries.flatMap(([key, setting]) =>
				setting.kind === "single" ? [shownSetting(setting, settings[key], inForce[key], defaults[key])] : [],
			),
			groups: entries.flatMap(([key, setting]) => shownGroup(setting, settings[key]) ?? []),
		};
	});
}

/** The text that stands for a value in a file. */
export function writtenValue(setting: AnySetting & { readonly kind: "single" }, value: unknown): string {
	const type: ValueType<unknown> = setting.type;
	return type.format(value);
}

function shownSetting(
	setting: AnySetting & { readonly kind: "single" },
	value: unknown,
	running: unknown,
	standard: unknown,
): ShownSetting {
	const { name, help, details = [], type, unit, secret = false, live = false } = setting;
	const text = writtenValue(setting, value);
	const inForce = writtenValue(setting, running);
	const choices = type === BOOLEAN ? ["1", "0"] : choicesOf(type.expected);
	return {
		name,
		help,
		details,
		value: secret ? "" : text,
		// An empty path may be given by how the server was started.
		...(inForce !== text &&
			(text !== "" || setting.path === undefined) && { inForce: secret ? "" : inForce }),
		default: writtenValue(setting, standard),
		expected: type.expected,
		...(choices && { choices }),
		...(unit !== undefined && { unit }),
		...(secret && { secret: text === "" ? ("not set" as const) : ("set" as const) }),
		needsRestart: !live,
	};
}

/** The words of `one of a, b, c`. */
function choicesOf(expected: string): string[] | undefined {
	return /^one of ([^;]*)$/.exec(expected)?.[1]?.split(", ");
}

/** A group of lines as the pages show it; undefined for a setting that has one value. */
export function shownGroup(setting: AnySetting, value: unknown): ShownGroup | undefined {
	if (setting.kind === "single") return undefined;
	const { help, details = [], ordered = false, live = false } = setting;
	const fields = Object.values(setting.fields).map((field) => ({
		name: field.name,
		help: field.help,
		expected: field.type.expected,
		required: !("default" in field) && field.many !== "any",
		many: field.many !== undefined,
		secret: field.secret === true,
		hidden: field.secret === true && field.shown === undefined,
	}));
	const count = Array.isArray(value) ? value.length : 0;
	return { name: fields[0]?.name ?? "", help, details, count, ordered, needsRestart: !live, fields };
}
