import type { X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import { parseAddress } from "../net/address.ts";

/** One entry of a subjectAltName extension, such as type `DNS` and value `example.com`. */
export interface AlternativeName {
	/** `URI`, `DNS`, `IP Address`, … as OpenSSL spells them. */
	readonly type: string;
	readonly value: string;
}

/** The names that a certificate was issued for. */
export interface CertificateNames {
	/** Undefined if the certificate has no subjectAltName; the common name counts only then. */
	readonly alternatives: readonly AlternativeName[] | undefined;
	readonly commonNames: readonly string[];
}

/** An entry of the extension as text: a value with a comma or another special character is a JSON string. */
const ENTRY = /([^:,"]+):(?:("(?:[^"\\]|\\.)*")|([^,"]*))(?:, |$)/y;

const SIP_URI = /^sip:([^;?]*)/i;
const PORT = /:\d+$/;

/** Reads the names of a certificate. */
export function readNames(certificate: X509Certificate): CertificateNames {
	const { subjectAltName } = certificate;
	const commonName: unknown = certificate.toLegacyObject().subject?.CN;
	const commonNames = Array.isArray(commonName) ? commonName : [commonName];
	return {
		alternatives: subjectAltName === undefined ? undefined : readAlternatives(subjectAltName),
		commonNames: commonNames.filter((name) => typeof name === "string"),
	};
}

/**
 * Parses the text of a subjectAltName extension, as `X509Certificate.subjectAltName` returns it.
 *
 * @returns nothing at all if any part of it cannot be read: half a list of names must not be trusted.
 */
export function readAlternatives(text: string): AlternativeName[] {
	const found: AlternativeName[] = [];
	ENTRY.lastIndex = 0;
	for (let end = 0; end < text.length; end = ENTRY.lastIndex) {
		const [, type = "", quoted, plain = ""] = ENTRY.exec(text) ?? [];
		const value = quoted === undefined ? plain : unquote(quoted);
		if (type === "" || value === undefined) return [];
		found.push({ type, value });
	}
	return found;
}

/**
 * The SIP domains that a certificate is for (RFC 5922 section 7.1): those of its `sip:` URIs without a user;
 * its DNS names only if there is no such URI; its common names only without a subjectAltName.
 */
export function sipDomains({ alternatives, commonNames }: CertificateNames): readonly string[] {
	if (!alternatives) return commonNames;
	const domains = ofType(alternatives, "URI").flatMap(domainOfUri);
	return domains.length > 0 ? domains : ofType(alternatives, "DNS");
}

/**
 * Whether a certificate is for a domain: compared as a whole, ignoring case, without wildcards (RFC 5922
 * section 7.2). A domain that is an IP address also matches that address in the subjectAltName.
 *
 * @param domain host of the URI to be reached: a name, or an IP address, with or without brackets.
 */
export function namesDomain(names: CertificateNames, domain: string): boolean {
	const wanted = normaliseDomain(domain);
	if (wanted === "" || wanted.includes("*")) return false;
	if (sipDomains(names).some((name) => name.toLowerCase() === wanted)) return true;
	if (isIP(wanted) === 0) return false;
	return ofType(names.alternatives ?? [], "IP Address").some((address) => sameAddress(address, wanted));
}

/** One spelling for a host: lower case, without the brackets of an IPv6 address or the dot of the DNS root. */
export function normaliseDomain(domain: string): string {
	const bare = domain.startsWith("[") && domain.endsWith("]") ? domain.slice(1, -1) : domain;
	return (bare.endsWith(".") ? bare.slice(0, -1) : bare).toLowerCase();
}

/** Whether two texts are the same IP address. */
export function sameAddress(one: string, other: string): boolean {
	const first = parseAddress(one);
	const second = parseAddress(other);
	return first !== undefined && first.family === second?.family && first.value === second.value;
}

function ofType(alternatives: readonly AlternativeName[], type: string): string[] {
	return alternatives.filter((name) => name.type === type).map(({ value }) => value);
}

function domainOfUri(uri: string): string[] {
	const hostPort = SIP_URI.exec(uri)?.[1];
	if (hostPort === undefined || hostPort.includes("@")) return [];
	return [normaliseDomain(hostPort.replace(PORT, ""))];
}

function unquote(text: string): string | undefined {
	try {
		const value: unknown = JSON.parse(text);
		return typeof value === "string" ? value : undefined;
	} catch {
		return undefined;
	}
}
