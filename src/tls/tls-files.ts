import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createSecureContext } from "node:tls";
import { errorCode } from "../error-code.ts";
import { systemWallClock } from "../time/wall-clock.ts";
import { namesDomain, readNames } from "./certificate-name.ts";

/** A certificate or key file is not what it should be; the message names the file. */
export class TlsFileError extends Error {
	override readonly name = "TlsFileError";
	/** Path of the file, as it was opened. */
	readonly file: string;

	constructor(file: string, problem: string, options?: ErrorOptions) {
		super(`${file}: ${problem}`, options);
		this.file = file;
	}
}

/** Our identity towards TLS peers: as a server, and as a client that is asked for it. */
export interface TlsIdentity {
	/** What it is for: TLSDomainName, or nothing in particular. */
	readonly domain: string;
	/** PEM: our certificate, followed by the intermediate ones. */
	readonly certificate: string;
	/** PEM. Must never be written anywhere. */
	readonly key: string;
	/** What peers may refuse, one line each, for the log. */
	readonly warnings: readonly string[];
}

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

const PRIVATE_KEY = /-----BEGIN [A-Z ]*PRIVATE KEY-----[^-]+-----END [A-Z ]*PRIVATE KEY-----\r?\n?/;

/** Where a certificate and its key are, and what the certificate is for. */
export interface PairFiles {
	/** PEM: the certificate, followed by the intermediate ones. */
	readonly certificate: string;
	/** PEM, without a passphrase. */
	readonly key: string;
	/** The domain that the certificate must name, or it is warned of; undefined if any will do. */
	readonly domain?: string | undefined;
}

/**
 * The files of a domain: `domain_cert_<domain>.pem` and `domain_key_<domain>.pem`.
 *
 * @param folder the value of CertificatePath.
 * @param domain the value of TLSDomainName.
 */
export function domainFiles(folder: string, domain: string): PairFiles {
	return {
		certificate: join(folder, `domain_cert_${domain}.pem`),
		key: join(folder, `domain_key_${domain}.pem`),
		domain,
	};
}

/** Whether a file in the folder of the certificates is one, or a key, by its name. */
export function isCertificateFile(name: string): boolean {
	return /^(domain_(cert|key)|root_cert)_.*\.pem$/.test(name);
}

/**
 * Reads the pair of a domain.
 *
 * @returns undefined if neither file exists.
 * @throws {TlsFileError} when one of them is missing, cannot be read, or does not belong to the other.
 */
export function loadTlsIdentity(folder: string, domain: string): TlsIdentity | undefined {
	return loadPair(domainFiles(folder, domain));
}

/**
 * Reads a certificate and its key.
 *
 * @returns undefined if neither file exists.
 * @throws {TlsFileError} when one of them is missing, cannot be read, or does not belong to the other.
 */
export function loadPair(files: PairFiles): TlsIdentity | undefined {
	const { certificate: certificateFile, key: keyFile, domain = "" } = files;
	const certificate = readIfThere(certificateFile);
	const keyText = readIfThere(keyFile);
	if (certificate === undefined && keyText === undefined) return undefined;
	if (certificate === undefined)
		throw new TlsFileError(certificateFile, `missing, although ${keyFile} is there`);
	if (keyText === undefined) throw new TlsFileError(keyFile, `missing, although ${certificateFile} is there`);

	const [own] = readCertificates(certificateFile, certificate);
	const key = onlyKey(keyText);
	if (!own.checkPrivateKey(readKey(keyFile, key))) {
		throw new TlsFileError(keyFile, `the key does not belong to the first certificate in ${certificateFile}`);
	}
	try {
		createSecureContext({ cert: certificate, key });
	} catch (cause) {
		throw new TlsFileError(certificateFile, `not usable for TLS: ${reason(cause)}`, { cause });
	}
	return { domain, certificate, key, warnings: warningsFor(own, files.domain, certificateFile) };
}

/**
 * The certificates in a PEM text, at least one.
 * @throws {TlsFileError}
 */
export function readCertificates(file: string, pem: string): [X509Certificate, ...X509Certificate[]] {
	const [first, ...others] = (pem.match(CERTIFICATE) ?? []).map((block) => {
		try {
			return new X509Certificate(block);
		} catch (cause) {
			throw new TlsFileError(file, `not a certificate: ${reason(cause)}`, { cause });
		}
	});
	if (!first) throw new TlsFileError(file, "expected a certificate in PEM format (BEGIN CERTIFICATE)");
	return [first, ...others];
}

/** The text of a file; undefined when there is no such file. @throws {TlsFileError} */
export function readIfThere(file: string): string | undefined {
	try {
		return readFileSync(file, "utf8");
	} catch (cause) {
		if (errorCode(cause) === "ENOENT") return undefined;
		throw new TlsFileError(file, `cannot be read: ${errorCode(cause)}`, { cause });
	}
}

/** A file may have certificates or parameters before its key, which not every reader passes over. */
function onlyKey(pem: string): string {
	return PRIVATE_KEY.exec(pem)?.[0] ?? pem;
}

/** Leaves out the cause, which might quote the key. */
function readKey(file: string, pem: string): KeyObject {
	if (pem.includes("ENCRYPTED")) throw new TlsFileError(file, "expected a key without a passphrase");
	try {
		return createPrivateKey(pem);
	} catch {
		throw new TlsFileError(file, "expected a private key in PEM format (BEGIN PRIVATE KEY)");
	}
}

function warningsFor(own: X509Certificate, domain: string | undefined, file: string): string[] {
	const warnings: string[] = [];
	const now = systemWallClock.now();
	if (Date.parse(own.validTo) < now) warnings.push(`${file}: the certificate expired on ${own.validTo}`);
	if (Date.parse(own.validFrom) > now) {
		warnings.push(`${file}: the certificate is not valid before ${own.validFrom}`);
	}
	if (domain !== undefined && !namesDomain(readNames(own), domain)) {
		warnings.push(`${file}: the certificate is not for ${domain} (RFC 5922): peers may refuse it`);
	}
	return warnings;
}

function reason(cause: unknown): string {
	return cause instanceof Error ? cause.message : String(cause);
}
