import { X509Certificate } from "node:crypto";
import { resolve } from "node:path";
import { type Preparation, PreparationError, prepare } from "../../appliance/preparation.ts";
import type { ConfigProblem } from "../../config/problem.ts";
import type { Settings } from "../../config/settings.ts";
import { ContactsError, readContacts } from "../../contacts/contacts-file.ts";
import { NULL_LOGGER } from "../../log/null-logger.ts";
import { readClusterUrl } from "../../net/cluster-url.ts";
import { describePlace } from "../../net/listening-place.ts";
import { lastingMemoryFor } from "../../state/lasting-memory.ts";
import { reasonOf } from "../../state/state-file.ts";
import { summarizeState } from "../../state/state-summary.ts";
import { systemClock } from "../../time/system-clock.ts";
import { systemWallClock } from "../../time/wall-clock.ts";
import { counted } from "../../words/counted.ts";
import { LOG_FOLDER, STATE_FOLDER } from "../install/layout.ts";
import { complain, say } from "../output.ts";
import { intendedPlaces, tryPlaces } from "../port-trial.ts";
import { asService, isOfService } from "../service-config.ts";

/** Settings that were read, with warnings. */
export interface Checked {
	readonly settings: Settings;
	readonly configFile: string | undefined;
	readonly warnings: readonly ConfigProblem[];
	/** Whether the ports are tried; true by default. */
	readonly opensPorts?: boolean;
}

/**
 * Says what the server would do with its settings, or why it would not start: it checks the same things, and opens
 * the ports for a moment.
 *
 * @returns 0, or 2 when a server would not start.
 */
export async function checkCommand({
	settings: read,
	configFile,
	warnings,
	opensPorts = true,
}: Checked): Promise<number> {
	const ofService = isOfService(configFile);
	const settings = asService(read, configFile);
	const problems: string[] = [];
	const prepared = await prepare(
		settings,
		NULL_LOGGER,
		ofService ? { folder: STATE_FOLDER, madeBefore: [LOG_FOLDER, STATE_FOLDER] } : undefined,
	).catch((error: unknown) => {
		if (!(error instanceof PreparationError)) throw error;
		problems.push(...error.problems);
	});
	const places = intendedPlaces(settings, prepared?.tls.identity !== undefined);
	const ports = opensPorts ? await tryPlaces(places, ofService) : { problems: [], warnings: [] };
	problems.push(...ports.problems);
	const odd = [
		...warnings.map(({ message }) => message),
		...(prepared ? [...prepared.warnings, ...prepared.fileWarnings] : []),
		...ports.warnings,
	];
	if (!prepared || problems.length > 0) {
		for (const problem of problems) complain(problem);
		for (const warning of odd) complain(`warning: ${warning}`);
		prepared?.translator.dispose();
		return 2;
	}
	say(`${configFile ?? "the defaults"}: good`);
	for (const warning of odd) say(`  warning: ${warning}`);
	say("would listen on");
	for (const place of places) say(`  ${describePlace(place)}`);
	await describe(settings, prepared);
	for (const line of certificateLines(prepared)) say(line);
	prepared.translator.dispose();
	return 0;
}

async function describe(settings: Settings, { translator }: Preparation): Promise<void> {
	say(
		`would call as ${settings.clickToCallIdentity}${settings.outboundProxy ? ` through ${settings.outboundProxy}` : ""}`,
	);
	say(`would log ${settings.logLevel} to ${settings.logFilename || "the console only"}`);
	say(historyLine(settings));
	for (const line of stateLines(settings)) say(line);
	for (const line of await clusterLines(settings)) say(line);
	for (const line of await contactLines(settings)) say(line);
	say(toneLine(settings));
	const { rules } = translator;
	say(rules.length > 0 ? "would translate by" : "would refuse every call: there is no translation rule");
	for (const { pattern, output, engine, file, line } of rules) {
		say(`  ${pattern}  ->  ${output}  (${engine}, ${file}:${line})`);
	}
}

function certificateLines({ certificates: { inUse } }: Preparation): string[] {
	return inUse.map(({ use, files, identity }) => {
		const { validTo, fingerprint256 } = new X509Certificate(identity.certificate);
		const days = Math.floor((Date.parse(validTo) - systemWallClock.now()) / 86_400_000);
		return `would show for ${use} ${files.certificate}\n  valid for ${days} days, SHA-256 ${fingerprint256}`;
	});
}

/** Whether the cluster is there; nothing for a box alone. */
async function clusterLines({ clusterUrl, nodeName, clickToCallIdentity }: Settings): Promise<string[]> {
	if (clusterUrl === "") return [];
	const { lookAtCluster } = await import("../../cluster/look.ts");
	const lines = await lookAtCluster(readClusterUrl(clusterUrl) ?? [], clickToCallIdentity, systemClock);
	return [...lines, `  as ${nodeName}`];
}

/** How many contacts there are, and which are passed over. */
async function contactLines({ contacts: file }: Settings): Promise<string[]> {
	if (file === "") return [];
	try {
		const { contacts, problems } = await readContacts(resolve(file));
		return [
			`would know ${counted("en", contacts.length, "contact", "contacts")} from ${file}`,
			...problems.map(({ line, text }) => `  warning: ${file}:${line}: the contact is passed over: ${text}`),
		];
	} catch (error) {
		if (!(error instanceof ContactsError)) throw error;
		return [`  warning: the contacts ${file} cannot be used: ${error.message}`];
	}
}

function toneLine({ ringback, rtpPorts: { first, last } }: Settings): string {
	if (ringback === "off") return "would play no tones, and open no ports for them";
	return `would play tones (${ringback}) from UDP ports ${first} to ${last}: a firewall must let that out; nothing has to be let in`;
}

function stateLines({ stateFile, keepCalls, clickToCallIdentity }: Settings): string[] {
	if (stateFile === "") return ["would keep no calls for the next start"];
	const line = `would keep calls in progress in ${stateFile}${keepCalls ? "" : "; told to stop, it would end them"}`;
	return [line, ...contentLines(stateFile, clickToCallIdentity)];
}

/** What the state file holds now. */
function contentLines(stateFile: string, identity: string): string[] {
	try {
		const path = resolve(stateFile);
		const summary = summarizeState(path, identity, lastingMemoryFor(path));
		if (!summary) return [];
		const { states, ended, unusable } = summary;
		const calls = [...states].map(([state, count]) => `${count} ${state}`).join(", ");
		const rest = `${ended} that ended${unusable > 0 ? `, ${unusable} lines that cannot be used` : ""}`;
		return [`  it holds ${calls === "" ? "no calls in progress" : `calls: ${calls}`}; ${rest}`];
	} catch (error) {
		return [`  it cannot be used: ${reasonOf(error)}`];
	}
}

function historyLine({ historyFile, historyDays }: Settings): string {
	if (historyFile === "") return "would keep no history of calls";
	return `would keep the history of calls in ${historyFile} ${historyDays > 0 ? `for ${historyDays} days` : "for ever"}`;
}
