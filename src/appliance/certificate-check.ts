import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { createSecureContext } from "node:tls";
import { BoxError } from "../http/box/types.ts";
import { readCertificates, TlsFileError } from "../tls/tls-files.ts";
import type { CertificateFault } from "../words/box/types.ts";

/** What was uploaded, as octets. */
export interface UploadedOctets {
	readonly certificate: Buffer;
	/** Undefined for an authority, which needs none. */
	readonly key: Buffer | undefined;
}

/** The first octet of what is binary (DER, X.690): a SEQUENCE. */
const SEQUENCE = 0x30;

/**
 * Checks a certificate, and whether its key belongs to it.
 *
 * @param now milliseconds since 1970.
 * @returns the first certificate.
 * @throws {BoxError} that says what is wrong.
 */
export function checkPair({ certificate, key }: UploadedOctets, now: number): X509Certificate {
	const chain = chainIn(certificate);
	const [own] = chain;
	if (Date.parse(own.validTo) < now) fail("expired", own.validTo);
	if (Date.parse(own.validFrom) > now) fail("not yet", own.validFrom);
	if (key === undefined) return own;
	const secret = keyIn(key);
	if (!own.checkPrivateKey(secret))
		fail(chain.some((other) => other.checkPrivateKey(secret)) ? "order" : "mismatch", subjectOf(own));
	try {
		createSecureContext({ cert: certificate, key: secret.export({ type: "pkcs8", format: "pem" }) });
	} catch (error) {
		fail("unusable", error instanceof Error ? error.message : String(error));
	}
	return own;
}

/** @throws {BoxError} */
function chainIn(octets: Buffer): [X509Certificate, ...X509Certificate[]] {
	const text = octets.toString("latin1");
	if (octets[0] === SEQUENCE) fail(isCertificate(octets) ? "binary" : "container");
	if (!text.includes("BEGIN CERTIFICATE-----")) {
		if (text.includes("PRIVATE KEY-----")) fail("swapped");
		fail(text.includes("CERTIFICATE REQUEST-----") ? "request" : "no certificate");
	}
	try {
		return readCertificates("certificate", text);
	} catch (error) {
		if (!(error instanceof TlsFileError)) throw error;
		return fail("no certificate", error.message);
	}
}

/** Leaves out the cause, which might quote the key. @throws {BoxError} */
function keyIn(octets: Buffer): KeyObject {
	const text = octets.toString("latin1");
	if (octets[0] === SEQUENCE) fail("container");
	if (text.includes("ENCRYPTED")) fail("locked key");
	if (!text.includes("PRIVATE KEY-----"))
		fail(text.includes("BEGIN CERTIFICATE-----") ? "swapped" : "no key");
	try {
		return createPrivateKey(text);
	} catch {
		return fail("no key");
	}
}

function isCertificate(octets: Buffer): boolean {
	try {
		return new X509Certificate(octets).subject !== undefined;
	} catch {
		return false;
	}
}

function subjectOf({ subject }: X509Certificate): string {
	return (subject ?? "").replaceAll("\n", ", ");
}

function fail(fault: CertificateFault, details = ""): never {
	throw new BoxError(details, fault);
}
