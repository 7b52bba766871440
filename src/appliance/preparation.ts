import { resolve } from "node:path";
import { tlsPortClashes } from "../config/check-together.ts";
import type { Settings } from "../config/settings.ts";
import type { Logger } from "../log/logger.ts";
import { numberCleaner } from "../numbers/number-cleaner.ts";
import { parseNameAddr, requestUriOf } from "../sip/message/uri.ts";
import type { URI } from "../sip/sipjs/grammar.ts";
import type { TlsSettings } from "../sip/transport/transport-options.ts";
import { loadTlsIdentity, TlsFileError } from "../tls/tls-files.ts";
import { loadTlsRoots } from "../tls/tls-roots.ts";
import { compileRules } from "../translate/compile-rules.ts";
import type { Translator } from "../translate/translator.ts";
import { TranslationRuleError } from "../translate/types.ts";
import { type Certificates, loadCertificates } from "./certificates.ts";
import { placeTrouble } from "./file-place.ts";

/** What the settings amount to, before any port is opened. */
export interface Preparation {
	readonly translator: Translator;
	readonly tls: TlsSettings;
	/** Certificates and their files. */
	readonly certificates: Certificates;
	/** The caller that the initiator sees. */
	readonly identity: URI;
	/** Warnings about the rules and the certificate. */
	readonly warnings: readonly string[];
	/**
	 * Problems with the log and history files; a running server reports these itself, and again when they
	 * change.
	 */
	readonly fileWarnings: readonly string[];
}

/** The settings do not allow a server to start; lists every reason. */
export class PreparationError extends Error {
	override readonly name = "PreparationError";

	/** @param problems one line each, for people. */
	constructor(readonly problems: readonly string[]) {
		super(problems.join("\n"));
	}
}

/** Where a server runs; by default the working directory of this process. */
export interface ServerPlace {
	/** Folder that relative file names start from. */
	readonly folder: string;
	/** Folders that are created before the server starts. */
	readonly madeBefore: readonly string[];
}

/**
 * Checks everything that the settings name and builds from it what a server needs; a starting server and
 * `check` see the same.
 *
 * @param log told about rules that are abandoned while an address is translated.
 * @throws {PreparationError}
 */
export async function prepare(
	settings: Settings,
	log: Logger,
	{ folder, madeBefore }: ServerPlace = { folder: "", madeBefore: [] },
): Promise<Preparation> {
	const problems: string[] = [];
	const translator = await compileRules(
		settings.translationRules,
		log,
		await numberCleaner(settings.numberCleaning, settings.defaultCountry),
	).catch((error: unknown) => {
		if (!(error instanceof TranslationRuleError)) throw error;
		problems.push(...error.problems.map(({ message }) => message));
	});
	const tls = attempt(() => loadTls(resolve(settings.certificatePath), settings), problems);
	const certificates = attempt(() => loadCertificates(settings, tls), problems);
	if (tls?.identity) problems.push(...tlsPortClashes(settings).map(({ message }) => message));
	const identity = identityOf(settings.clickToCallIdentity);
	if (!identity) problems.push(`ClickToCallIdentity = ${settings.clickToCallIdentity}: expected a SIP URI`);

	const fileWarnings: string[] = [];
	for (const [name, path, list] of [
		["LogFilename", settings.logFilename, problems],
		["HistoryFile", settings.historyFile, fileWarnings],
		["StateFile", settings.stateFile, fileWarnings],
	] as const) {
		const trouble = path === "" ? undefined : placeTrouble(path, folder);
		if (!trouble || (trouble.missing !== undefined && madeBefore.includes(trouble.missing))) continue;
		(trouble.missing === undefined ? fileWarnings : list).push(`${name} = ${path}: ${trouble.text}`);
	}

	if (!translator || !tls || !certificates || !identity || problems.length > 0) {
		translator?.dispose();
		throw new PreparationError(problems);
	}
	const warnings = [
		...translator.warnings,
		...new Set(certificates.inUse.flatMap(({ identity: { warnings: all } }) => all)),
	];
	return { translator, tls, certificates, identity, warnings, fileWarnings };
}

function attempt<Loaded>(load: () => Loaded, problems: string[]): Loaded | undefined {
	try {
		return load();
	} catch (error) {
		if (!(error instanceof TlsFileError)) throw error;
		problems.push(error.message);
		return undefined;
	}
}

/**
 * The certificates next to the server (RFC 5922): without a pair for its domain the TLS port stays closed.
 *
 * @throws {TlsFileError} for a file that cannot be used.
 */
function loadTls(folder: string, settings: Settings): TlsSettings {
	const identity = loadTlsIdentity(folder, settings.tlsDomainName);
	return { port: settings.tlsPort, ...(identity && { identity }), roots: loadTlsRoots(folder) };
}

/** @returns undefined for a text that is not a SIP URI. */
function identityOf(text: string): URI | undefined {
	const uri = parseNameAddr(text)?.uri;
	return uri && requestUriOf(uri);
}
