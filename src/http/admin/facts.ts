import { X509Certificate } from "node:crypto";
import type { HistoryFigures } from "../../history/types.ts";
import type { RegistrationReport } from "../../sip/registration/registration-state.ts";
import { namesDomain, readNames } from "../../tls/certificate-name.ts";
import type { AdminTexts } from "../../words/admin/types.ts";
import { dateAndTime } from "../../words/words.ts";
import type { Fact } from "./types.ts";

const DAY = 86_400_000;

/** Days before its end when a certificate starts to need attention. */
const EXPIRES_SOON = 30;

/** What is known about the server's certificate, and about the port that needs it. */
export interface TlsSituation {
	/** TLSPort; 0 = closed. */
	readonly port: number;
	/** TLSDomainName. */
	readonly domain: string;
	/** PEM; absent when there is none. */
	readonly certificate?: string | undefined;
}

/**
 * The state of the registration.
 *
 * @param report undefined when none is wanted, or another box registers.
 * @param now of the clock of the report, in milliseconds.
 * @param time the same moment in milliseconds since 1970.
 * @param elsewhere where one of several boxes registers: which one; empty while that is not known.
 */
export function registrationFact(
	{ off, registration: texts }: AdminTexts,
	report: RegistrationReport | undefined,
	now: number,
	time: number,
	elsewhere?: string,
): Fact {
	const { name } = texts;
	if (!report && elsewhere !== undefined) {
		const text = elsewhere === "" ? texts.byNobody : texts.byBox(elsewhere);
		return { name, state: { text: texts.elsewhere, kind: "open" }, text };
	}
	if (!report) return { name, state: { text: off, kind: "open" }, text: texts.off };
	const at = (moment: number): string => dateAndTime(time + moment - now);
	const { state, bound, until, next, failure } = report;
	if (bound && until !== undefined) {
		const refresh = next === undefined ? texts.refreshing : texts.refreshedAt(at(next));
		return { name, state: { text: texts.registered, kind: "good" }, text: texts.until(at(until), refresh) };
	}
	if (state === "leaving" || state === "ended")
		return { name, state: { text: texts.ended, kind: "open" }, text: texts.stopping };
	const out = next === undefined ? texts.asking : texts.nextTry(at(next));
	if (!failure && next === undefined)
		return { name, state: { text: texts.underWay, kind: "open" }, text: out };
	const why = failure
		? texts.failed(at(failure.at), `${failure.status} ${failure.reason}`, failure.local)
		: texts.closed;
	return { name, state: { text: texts.notRegistered, kind: "bad" }, text: `${why} ${out}` };
}

/** The state of the certificate. @param time milliseconds since 1970. */
export function tlsFact(
	{ settingIs, ...texts }: AdminTexts,
	{ port, domain, certificate: pem }: TlsSituation,
	time: number,
): Fact {
	const name = "TLS";
	const { open, closed, none, port: portText } = texts.certificates;
	const where = port === 0 ? settingIs("TLSPort", 0) : portText(port);
	if (pem === undefined) {
		const text = port === 0 ? `${where}.` : none(domain, where);
		return { name, state: { text: closed, kind: "open" }, text };
	}
	const kind = port === 0 ? "open" : "good";
	const { flaw, text } = certificateState(texts, pem, domain, time);
	return {
		name,
		state: flaw ? { text: flaw, kind: "bad" } : { text: port === 0 ? closed : open, kind },
		text: `${capital(where)}; ${text}.`,
	};
}

/**
 * The state of HTTPS and of the XML socket over TLS.
 *
 * @param pem their certificate; undefined if both are off.
 * @param time milliseconds since 1970.
 */
export function httpsFact(
	{ off, settingIs, ...texts }: AdminTexts,
	pem: string | undefined,
	ports: { readonly httpsPort: number; readonly xmlRpcTlsPort: number },
	time: number,
): Fact {
	const name = "HTTPS";
	if (pem === undefined)
		return { name, state: { text: off, kind: "open" }, text: `${settingIs("HttpsPort", 0)}.` };
	const { open, pages, xml, fingerprint } = texts.certificates;
	const { flaw, text } = certificateState(texts, pem, undefined, time);
	const { fingerprint256 } = new X509Certificate(pem);
	const places = [
		...(ports.httpsPort > 0 ? [pages(ports.httpsPort)] : []),
		...(ports.xmlRpcTlsPort > 0 ? [xml(ports.xmlRpcTlsPort)] : []),
	].join(", ");
	return {
		name,
		state: flaw ? { text: flaw, kind: "bad" } : { text: open, kind: "good" },
		text: `${capital(places)}; ${text}; ${fingerprint(fingerprint256)}.`,
	};
}

function capital(text: string): string {
	return `${text[0]?.toUpperCase() ?? ""}${text.slice(1)}`;
}

/** What is wrong with a certificate, if anything, and what it is for. @param domain that it has to name, if any. */
function certificateState(
	{ certificates: texts, days: daysText }: Pick<AdminTexts, "certificates" | "days">,
	pem: string,
	domain: string | undefined,
	time: number,
): { readonly flaw: string | undefined; readonly text: string } {
	const certificate = new X509Certificate(pem);
	const names = readNames(certificate);
	const end = Date.parse(certificate.validTo);
	const days = Math.floor((end - time) / DAY);
	const flaw = ((): string | undefined => {
		if (end < time) return texts.expired;
		if (Date.parse(certificate.validFrom) > time) return texts.notYet;
		if (domain !== undefined && !namesDomain(names, domain)) return texts.notFor(domain);
		return days < EXPIRES_SOON ? texts.expiresSoon : undefined;
	})();
	const named = names.alternatives?.map(({ value }) => value) ?? names.commonNames;
	const left = end < time ? undefined : daysText(days);
	return { flaw, text: texts.describe(named.join(", ") || texts.nobody, dateAndTime(end), left) };
}

/**
 * The file of the calls in progress.
 *
 * @param figures undefined when there is none.
 * @param file StateFile.
 */
export function stateFact(
	{ off, files }: AdminTexts,
	figures: { readonly calls: number; readonly ended: number; readonly failed: boolean } | undefined,
	file: string,
): Fact {
	const name = files.state;
	if (!figures) return { name, state: { text: off, kind: "open" }, text: files.noState };
	const { calls, ended, failed } = figures;
	if (failed)
		return { name, state: { text: files.notWritten, kind: "bad" }, text: `${file}; ${files.seeLog}.` };
	return { name, text: files.stateHolds(file, calls, ended) };
}

/**
 * The state of the history.
 *
 * @param noHistory the sentence that none is kept.
 * @param figures undefined when none is kept.
 * @param settings HistoryFile, and HistoryDays: 0 = for ever.
 */
export function historyFact(
	{ off, files }: AdminTexts,
	noHistory: string,
	figures: HistoryFigures | undefined,
	settings: { readonly historyFile: string; readonly historyDays: number },
): Fact {
	const name = files.history;
	if (!figures) return { name, state: { text: off, kind: "open" }, text: noHistory };
	const { waiting, lost, failed } = figures;
	const rest = waiting > 0 ? `; ${files.waiting(waiting)}` : "";
	const why = failed ? `; ${files.seeLog}` : "";
	const text = `${files.historyHolds(settings.historyFile, settings.historyDays)}${rest}${why}.`;
	const flaw = failed ? files.notWritten : lost > 0 ? files.missing(lost) : undefined;
	return { name, ...(flaw !== undefined && { state: { text: flaw, kind: "bad" } }), text };
}

/** Such as `3 days, 4 h` or `12 min`. @param seconds since the start. */
export function uptime({ days: daysText }: Pick<AdminTexts, "days">, seconds: number): string {
	const minutes = Math.floor(seconds / 60);
	if (minutes < 60) return `${minutes} min`;
	const hours = Math.floor(minutes / 60);
	if (hours < 24) return `${hours} h ${minutes % 60} min`;
	return `${daysText(Math.floor(hours / 24))}, ${hours % 24} h`;
}
