import { X509Certificate } from "node:crypto";
import type { HistoryFigures } from "../../history/types.ts";
import type { RegistrationReport } from "../../sip/registration/registration-state.ts";
import { namesDomain, readNames } from "../../tls/certificate-name.ts";
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
 * @param report undefined when none is wanted.
 * @param now of the clock of the report, in milliseconds.
 * @param time the same moment in milliseconds since 1970.
 */
export function registrationFact(report: RegistrationReport | undefined, now: number, time: number): Fact {
	const name = "Registration";
	if (!report) return { name, state: { text: "off", kind: "open" }, text: "Register is 0." };
	const at = (moment: number): string => dateAndTime(time + moment - now);
	const { state, bound, until, next, failure } = report;
	if (bound && until !== undefined) {
		const refresh = next === undefined ? "being refreshed now" : `refreshed at ${at(next)}`;
		return { name, state: { text: "registered", kind: "good" }, text: `Until ${at(until)}, ${refresh}.` };
	}
	if (state === "leaving" || state === "ended")
		return { name, state: { text: "ended", kind: "open" }, text: "The server is stopping." };
	const out = next === undefined ? "Asking the registrar now." : `Next try at ${at(next)}.`;
	if (!failure && next === undefined) return { name, state: { text: "under way", kind: "open" }, text: out };
	const why = failure
		? `At ${at(failure.at)}: ${failure.local ? "no answer, " : ""}${failure.status} ${failure.reason}.`
		: "The connection to the registrar was closed.";
	return { name, state: { text: "not registered", kind: "bad" }, text: `${why} ${out}` };
}

/** The state of the certificate. @param time milliseconds since 1970. */
export function tlsFact({ port, domain, certificate: pem }: TlsSituation, time: number): Fact {
	const name = "TLS";
	const where = port === 0 ? "TLSPort is 0" : `port ${port}`;
	if (pem === undefined) {
		const text =
			port === 0 ? `${where}.` : `There is no certificate for ${domain}, so ${where} stays closed.`;
		return { name, state: { text: "closed", kind: "open" }, text };
	}
	const open = port === 0 ? "closed" : "open";
	const kind = port === 0 ? "open" : "good";
	const { flaw, text } = certificateState(pem, domain, time);
	const start = `${where[0]?.toUpperCase()}${where.slice(1)}`;
	return {
		name,
		state: flaw ? { text: flaw, kind: "bad" } : { text: open, kind },
		text: `${start}; ${text}.`,
	};
}

/**
 * The state of HTTPS and of the XML socket over TLS.
 *
 * @param pem their certificate; undefined if both are off.
 * @param time milliseconds since 1970.
 */
export function httpsFact(
	pem: string | undefined,
	ports: { readonly httpsPort: number; readonly xmlRpcTlsPort: number },
	time: number,
): Fact {
	const name = "HTTPS";
	if (pem === undefined) return { name, state: { text: "off", kind: "open" }, text: "HttpsPort is 0." };
	const { flaw, text } = certificateState(pem, undefined, time);
	const { fingerprint256 } = new X509Certificate(pem);
	const places = [
		...(ports.httpsPort > 0 ? [`pages on port ${ports.httpsPort}`] : []),
		...(ports.xmlRpcTlsPort > 0 ? [`XML on port ${ports.xmlRpcTlsPort}`] : []),
	].join(", ");
	return {
		name,
		state: flaw ? { text: flaw, kind: "bad" } : { text: "open", kind: "good" },
		text: `${places[0]?.toUpperCase()}${places.slice(1)}; ${text}; SHA-256 fingerprint ${fingerprint256}.`,
	};
}

/** What is wrong with a certificate, if anything, and what it is for. @param domain that it has to name, if any. */
function certificateState(
	pem: string,
	domain: string | undefined,
	time: number,
): { readonly flaw: string | undefined; readonly text: string } {
	const certificate = new X509Certificate(pem);
	const names = readNames(certificate);
	const end = Date.parse(certificate.validTo);
	const days = Math.floor((end - time) / DAY);
	const flaw = ((): string | undefined => {
		if (end < time) return "certificate has expired";
		if (Date.parse(certificate.validFrom) > time) return "certificate is not valid yet";
		if (domain !== undefined && !namesDomain(names, domain)) return `certificate is not for ${domain}`;
		return days < EXPIRES_SOON ? "certificate expires soon" : undefined;
	})();
	const left = days === 1 ? "1 day" : `${days} days`;
	const named = names.alternatives?.map(({ value }) => value) ?? names.commonNames;
	const text =
		`the certificate is for ${named.join(", ") || "nobody"}, ` +
		`valid until ${dateAndTime(end)}${end < time ? "" : ` (${left})`}`;
	return { flaw, text };
}

/**
 * The file of the calls in progress.
 *
 * @param figures undefined when there is none.
 * @param file StateFile.
 */
export function stateFact(
	figures: { readonly calls: number; readonly ended: number; readonly failed: boolean } | undefined,
	file: string,
): Fact {
	const name = "Calls kept";
	if (!figures)
		return {
			name,
			state: { text: "off", kind: "open" },
			text: "Calls do not outlive the process: StateFile is empty.",
		};
	const { calls, ended, failed } = figures;
	if (failed)
		return { name, state: { text: "cannot be written", kind: "bad" }, text: `${file}; the log says why.` };
	return { name, text: `${file}: ${calls} in progress, ${ended} ended in the last day.` };
}

/**
 * The state of the history.
 *
 * @param figures undefined when none is kept.
 * @param settings HistoryFile, and HistoryDays: 0 = for ever.
 */
export function historyFact(
	figures: HistoryFigures | undefined,
	settings: { readonly historyFile: string; readonly historyDays: number },
): Fact {
	const name = "History";
	if (!figures)
		return { name, state: { text: "off", kind: "open" }, text: "No history is kept: HistoryFile is empty." };
	const { waiting, lost, failed } = figures;
	const { historyFile, historyDays } = settings;
	const kept =
		historyDays === 0
			? "all calls"
			: historyDays === 1
				? "calls of the last day"
				: `calls of the last ${historyDays} days`;
	const rest = waiting > 0 ? `; waiting to be written: ${waiting}` : "";
	const text = `${historyFile}: ${kept}${rest}${failed ? "; the log says why" : ""}.`;
	const flaw = failed ? "cannot be written" : lost > 0 ? `calls missing: ${lost}` : undefined;
	return { name, ...(flaw !== undefined && { state: { text: flaw, kind: "bad" } }), text };
}

/** Such as `3 days, 4 h` or `12 min`. @param seconds since the start. */
export function uptime(seconds: number): string {
	const minutes = Math.floor(seconds / 60);
	if (minutes < 60) return `${minutes} min`;
	const hours = Math.floor(minutes / 60);
	if (hours < 24) return `${hours} h ${minutes % 60} min`;
	const days = Math.floor(hours / 24);
	return `${days === 1 ? "1 day" : `${days} days`}, ${hours % 24} h`;
}
