import type { CallService } from "../call/call-service.ts";
import type { ClusterFigures } from "../cluster/types.ts";
import type { Settings } from "../config/settings.ts";
import type { History } from "../history/history.ts";
import { historyFact, httpsFact, registrationFact, stateFact, tlsFact, uptime } from "../http/admin/facts.ts";
import type { AdminSource, Fact } from "../http/admin/types.ts";
import type { Logger } from "../log/logger.ts";
import { redactSip } from "../log/redact.ts";
import type { ListeningPlace } from "../net/listening-place.ts";
import type { RegistrationReport } from "../sip/registration/registration-state.ts";
import type { CallState } from "../state/call-state.ts";
import type { Clock } from "../time/clock.ts";
import { systemWallClock } from "../time/wall-clock.ts";
import type { RunningRule, Translation, Translator } from "../translate/translator.ts";
import { COMMIT, VERSION } from "../version.ts";
import { ADMIN_TEXTS } from "../words/admin/texts.ts";
import type { AdminTexts } from "../words/admin/types.ts";
import { TEXTS } from "../words/languages.ts";
import { dateAndTime } from "../words/words.ts";

export interface AdministrationOptions {
	readonly settings: Settings;
	readonly calls: CallService;
	readonly history: History | undefined;
	/** Undefined if StateFile is empty. */
	readonly state: CallState | undefined;
	/** Undefined for a box alone. */
	readonly cluster: { readonly figures: ClusterFigures } | undefined;
	readonly translator: Translator;
	/** How many there are; undefined without a file. */
	readonly contacts: () => number | undefined;
	readonly listening: () => readonly ListeningPlace[];
	/** Undefined if registration is off. */
	readonly registration: () => RegistrationReport | undefined;
	/** User names of the accounts in use. */
	readonly accounts: () => readonly string[];
	/** The certificates in use, PEM. */
	readonly certificates: () => readonly { readonly use: "SIP" | "HTTPS"; readonly certificate: string }[];
	/** The last lines of the log. */
	readonly tail: () => readonly string[];
	readonly clock: Clock;
	readonly log: Logger;
}

/** What the administrator's page shows; no passwords, keys or tokens. */
export function administration(options: AdministrationOptions): AdminSource {
	const { settings, translator, listening, registration, accounts, certificates, clock } = options;
	/** Who registers for this box; empty while that is not known. */
	const elsewhere = (): string | undefined =>
		settings.register && settings.registerBy === "one" && options.cluster
			? (options.cluster.figures.registrar ?? "")
			: undefined;
	const certificateOf = (wanted: "SIP" | "HTTPS"): string | undefined =>
		certificates().find(({ use }) => use === wanted)?.certificate;
	return {
		listening,
		rules: () => translator.rules.map(withoutPassword),
		translate: (address) => withoutPasswords(translator.translate(address)),
		log: () => (options.log.enabled("CRIT") ? options.tail() : undefined),
		facts: (language) => {
			const time = systemWallClock.now();
			const texts = ADMIN_TEXTS[language];
			const start = dateAndTime(time - process.uptime() * 1000);
			return [
				{ name: texts.version, text: COMMIT ? `${VERSION} (${COMMIT})` : VERSION },
				{ name: texts.upFor, text: texts.since(uptime(texts, process.uptime()), start) },
				callsFact(texts, options.calls, settings),
				{ name: texts.callsAs, text: redactSip(settings.clickToCallIdentity) },
				...(settings.outboundProxy ? [{ name: texts.through, text: redactSip(settings.outboundProxy) }] : []),
				registrationFact(texts, registration(), clock.now(), time, elsewhere()),
				tlsFact(
					texts,
					{ port: settings.tlsPort, domain: settings.tlsDomainName, certificate: certificateOf("SIP") },
					time,
				),
				httpsFact(texts, certificateOf("HTTPS"), settings, time),
				{ name: texts.accounts, text: accounts().join(", ") || texts.none },
				...contactsFact(texts, options.contacts()),
				stateFact(texts, options.state?.figures, settings.stateFile),
				...clusterFacts(texts, options.cluster?.figures, time),
				historyFact(texts, TEXTS[language].noHistoryText, options.history?.figures, settings),
			];
		},
	};
}

function contactsFact({ contacts }: AdminTexts, count: number | undefined): Fact[] {
	return count === undefined ? [] : [{ name: contacts, text: String(count) }];
}

/** Whether the cluster is seen, and its boxes. */
function clusterFacts(texts: AdminTexts, figures: ClusterFigures | undefined, time: number): Fact[] {
	if (!figures) return [];
	const { lostSince, trouble, boxes } = figures;
	const { name, notSeen, goesOn, box, alive: present, gone, describe } = texts.cluster;
	if (lostSince !== undefined) {
		const text = `${goesOn(dateAndTime(lostSince))} ${trouble}`;
		return [{ name, state: { text: notSeen, kind: "bad" }, text }];
	}
	return boxes.map(({ name: of, address, version, since, calls, alive }) => ({
		name: box(of),
		state: alive ? { text: present, kind: "good" } : { text: gone, kind: "bad" },
		text: describe(address, version, uptime(texts, (time - since) / 1000), calls),
	}));
}

function callsFact(texts: AdminTexts, calls: CallService, { maxCalls, maxCallsPerSecond }: Settings): Fact {
	const limits = [
		maxCalls > 0 ? texts.atMost(maxCalls) : texts.anyNumber,
		maxCallsPerSecond > 0 ? texts.perSecond(maxCallsPerSecond) : texts.anyPerSecond,
	];
	return {
		name: texts.calls,
		...(calls.draining && { state: { text: texts.stopping, kind: "bad" } }),
		text: texts.inProgress(calls.open, limits.join(", ")),
	};
}

/** A rule may hold the password of a URI (RFC 3261 section 19.1.1). */
function withoutPassword(rule: RunningRule): RunningRule {
	return { ...rule, output: redactSip(rule.output) };
}

function withoutPasswords(translation: Translation): Translation {
	if (translation.ok) {
		const { uri, rule } = translation;
		return { ...translation, uri: redactSip(uri), rule: withoutPassword(rule) };
	}
	const { rule, output } = translation;
	return {
		...translation,
		...(rule && { rule: withoutPassword(rule) }),
		...(output !== undefined && { output: redactSip(output) }),
	};
}
