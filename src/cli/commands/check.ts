import { certificateFolder } from "../../appliance-parts.ts";
import type { ConfigProblem } from "../../config/problem.ts";
import type { Settings } from "../../config/settings.ts";
import { NULL_LOGGER } from "../../log/null-logger.ts";
import { describePlace, type ListeningPlace } from "../../net/listening-place.ts";
import { loadTlsIdentity, type TlsIdentity } from "../../sip/transport/tls-files.ts";
import { loadTlsRoots } from "../../sip/transport/tls-roots.ts";
import { compileRules } from "../../translate/compile-rules.ts";
import { say } from "../output.ts";
import { StartError } from "../start-error.ts";

/** Settings that were read, and what is odd about them. */
export interface Checked {
	readonly settings: Settings;
	readonly configFile: string | undefined;
	readonly warnings: readonly ConfigProblem[];
}

/**
 * Says what the server would do with its settings, without doing it.
 *
 * @returns 0: settings that cannot be used never get here.
 * @throws {StartError} for a rule that no engine takes.
 */
export async function checkCommand({ settings, configFile, warnings }: Checked): Promise<number> {
	const translator = await compileRules(settings.translationRules, NULL_LOGGER).catch((error: unknown) => {
		throw StartError.from(error);
	});
	const identity = identityOf(settings);
	say(`${configFile ?? "the defaults"}: good`);
	for (const warning of [
		...warnings.map(({ message }) => message),
		...translator.warnings,
		...(identity?.warnings ?? []),
	]) {
		say(`  warning: ${warning}`);
	}
	say("would listen on");
	for (const place of placesOf(settings, identity !== undefined)) say(`  ${describePlace(place)}`);
	say(
		`would call as ${settings.clickToCallIdentity}${settings.outboundProxy ? ` through ${settings.outboundProxy}` : ""}`,
	);
	say(`would log ${settings.logLevel} to ${settings.logFilename || "the console only"}`);
	say(historyLine(settings));
	const { rules } = translator;
	say(rules.length > 0 ? "would translate by" : "would refuse every call: there is no translation rule");
	for (const { pattern, output, engine, file, line } of rules) {
		say(`  ${pattern}  ->  ${output}  (${engine}, ${file}:${line})`);
	}
	translator.dispose();
	return 0;
}

function historyLine({ historyFile, historyDays }: Settings): string {
	if (historyFile === "") return "would keep no history of calls";
	return `would keep the history of calls in ${historyFile} ${historyDays > 0 ? `for ${historyDays} days` : "for ever"}`;
}

/** @throws {StartError} for a certificate, key or root that cannot be used. */
function identityOf(settings: Settings): TlsIdentity | undefined {
	const folder = certificateFolder(settings);
	try {
		loadTlsRoots(folder);
		return loadTlsIdentity(folder, settings.tlsDomainName);
	} catch (error) {
		throw StartError.from(error);
	}
}

function placesOf(settings: Settings, tls: boolean): ListeningPlace[] {
	const all = (addresses: readonly string[]): readonly string[] =>
		addresses.length > 0 ? addresses : ["::"];
	const tcp = (name: string, bind: readonly string[], port: number): ListeningPlace[] =>
		port === 0 ? [] : all(bind).map((address) => ({ name, protocol: "TCP", address, port }));
	const sip = settings.ipAddress || "::";
	return [
		...["UDP", "TCP"].map((protocol) => ({ name: "SIP", protocol, address: sip, port: settings.udpTcpPort })),
		...(tls && settings.tlsPort > 0
			? [{ name: "SIP", protocol: "TLS", address: sip, port: settings.tlsPort }]
			: []),
		...tcp("XML", settings.xmlRpcBind, settings.xmlRpcPort),
		...tcp("HTTP", settings.httpBind, settings.httpPort),
	];
}
