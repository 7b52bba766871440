import { X509Certificate } from "node:crypto";
import type { CallService } from "./call/call-service.ts";
import type { Settings } from "./config/settings.ts";
import type { AdminSource, Fact } from "./http/admin/types.ts";
import { duration } from "./http/page/words.ts";
import type { ListeningPlace } from "./net/listening-place.ts";
import type { RegistrationState } from "./sip/registration/registration.ts";
import type { Translator } from "./translate/translator.ts";
import { COMMIT, VERSION } from "./version.ts";

/** Days before its end from which on a certificate is something to look after. */
const EXPIRES_SOON = 30;

const DAY = 86_400_000;

const REGISTRATION_WORDS: Readonly<Record<RegistrationState, string>> = {
	idle: "not begun",
	registering: "the registrar is asked",
	registered: "registered",
	waiting: "failed, tried again soon; the log says why",
	leaving: "being taken away",
	ended: "ended",
};

export interface AdministrationOptions {
	readonly settings: Settings;
	readonly calls: CallService;
	readonly translator: Translator;
	readonly listening: () => readonly ListeningPlace[];
	/** Undefined when none is wanted. */
	readonly registration: () => RegistrationState | undefined;
	/** User names of the accounts in use. */
	readonly accounts: () => readonly string[];
	/** PEM of our certificate; undefined when there is none. */
	readonly certificate: string | undefined;
	readonly log: () => readonly string[];
}

/** What the administrator's page shows; no passwords, keys or tokens. */
export function administration(options: AdministrationOptions): AdminSource {
	const { settings, calls, translator, listening, registration, accounts, certificate, log } = options;
	const limit = settings.maxCalls === 0 ? "no limit" : `at most ${settings.maxCalls}`;
	return {
		listening,
		rules: () => translator.rules,
		translate: (address) => translator.translate(address),
		log,
		facts: () => [
			{ name: "Version", text: COMMIT ? `${VERSION} (${COMMIT})` : VERSION },
			{ name: "Up for", text: duration(process.uptime() * 1000) },
			{ name: "Calls", text: `${calls.open} in progress, ${limit}${calls.draining ? "; stopping" : ""}` },
			{ name: "Calls as", text: settings.clickToCallIdentity },
			...(settings.outboundProxy ? [{ name: "Through", text: settings.outboundProxy }] : []),
			registrationFact(registration()),
			tlsFact(certificate, settings.tlsDomainName),
			{ name: "Accounts", text: accounts().join(", ") || "none" },
		],
	};
}

function registrationFact(state: RegistrationState | undefined): Fact {
	const name = "Registration";
	if (state === undefined) return { name, text: "off" };
	return { name, text: REGISTRATION_WORDS[state], trouble: state === "waiting" };
}

function tlsFact(pem: string | undefined, domain: string): Fact {
	const name = "TLS";
	if (pem === undefined) return { name, text: `off: there is no certificate for ${domain}` };
	const { validTo } = new X509Certificate(pem);
	const days = Math.floor((Date.parse(validTo) - Date.now()) / DAY);
	if (days < 0)
		return { name, text: `the certificate of ${domain} has expired on ${validTo}`, trouble: true };
	const text = `certificate of ${domain}, valid for ${days} more days, until ${validTo}`;
	return { name, text, trouble: days < EXPIRES_SOON };
}
