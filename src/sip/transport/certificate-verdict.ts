import type { X509Certificate } from "node:crypto";
import { errorCode } from "../../error-code.ts";
import { type CertificateNames, namesDomain, readNames } from "../../tls/certificate-name.ts";

/** The runtime's own name check, which knows neither SIP URIs nor RFC 5922. */
const NAME_MISMATCH = "ERR_TLS_CERT_ALTNAME_INVALID";

const CHAIN_FAULTS: Readonly<Record<string, string>> = {
	CERT_HAS_EXPIRED: "it has expired",
	CERT_NOT_YET_VALID: "it is not valid yet",
	DEPTH_ZERO_SELF_SIGNED_CERT: "it is self-signed and no trusted root",
	SELF_SIGNED_CERT_IN_CHAIN: "its root is not trusted",
	UNABLE_TO_GET_ISSUER_CERT: "no trusted root has signed it",
	UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "no trusted root has signed it",
	UNABLE_TO_VERIFY_LEAF_SIGNATURE: "no trusted root has signed it, or an intermediate certificate is missing",
	INVALID_PURPOSE: "it is not for TLS servers",
};

const MAX_NAMES = 5;
const MAX_LENGTH = 80;
const UNPRINTABLE = /[^\x20-\x7e]/g;

/**
 * Judges what a server presented (RFC 5922 section 7.3): its chain, by the result of the handshake, and its
 * names.
 *
 * @param certificate undefined if the handshake ended before there was one.
 * @param chainError the handshake's error about the chain; null for none. It reports the chain before the
 * name: an error about the name alone means that the chain is good.
 * @param domain the one that we meant to reach.
 * @returns undefined if it is good; otherwise what was expected and what was presented, in one line.
 */
export function judgeCertificate(
	certificate: X509Certificate | undefined,
	chainError: Error | null,
	domain: string,
): string | undefined {
	if (!certificate) return `the TLS handshake failed: ${printable(chainError?.message ?? "no certificate")}`;
	const names = readNames(certificate);
	const fault = chainFault(chainError) ?? (namesDomain(names, domain) ? undefined : "it is for another name");
	if (fault === undefined) return undefined;
	const expected = `expected one for ${printable(domain)} by a trusted root`;
	return `certificate refused, ${fault}: ${expected}, presented one ${describe(certificate, names)}`;
}

function chainFault(error: Error | null): string | undefined {
	const code = errorCode(error);
	if (error === null || code === NAME_MISMATCH) return undefined;
	return CHAIN_FAULTS[code] ?? printable(`${error.message} (${code})`);
}

function describe(certificate: X509Certificate, names: CertificateNames): string {
	const { validFrom, validTo } = certificate;
	const presented = names.alternatives
		? names.alternatives.map(({ type, value }) => printable(`${type}:${value}`))
		: names.commonNames.map((name) => printable(`CN=${name}`));
	const more = presented.length > MAX_NAMES ? ` and ${presented.length - MAX_NAMES} more names` : "";
	const list = presented.length > 0 ? presented.slice(0, MAX_NAMES).join(", ") : "nobody";
	const issuer = printable(certificate.issuer.replaceAll("\n", ", "));
	return `for ${list}${more} by ${issuer}, valid from ${validFrom} to ${validTo}`;
}

/** A peer's text, made safe for one line of the log. */
function printable(text: string): string {
	const clean = text.replace(UNPRINTABLE, "?");
	return clean.length > MAX_LENGTH ? `${clean.slice(0, MAX_LENGTH)}…` : clean;
}
