import { X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import { hostname } from "node:os";
import { resolve } from "node:path";
import type { Settings } from "../../config/settings.ts";
import { systemWallClock } from "../../time/wall-clock.ts";
import { ownNames } from "../../tls/own-names.ts";
import { makeSelfSigned } from "../../tls/self-signed.ts";
import { isUriHost } from "../../translate/sip-uri.ts";
import { isThere, putText } from "../install/files.ts";
import { InstallError } from "../install/host.ts";
import { complain, say } from "../output.ts";
import { UsageError } from "../usage-error.ts";

/** The files that are made when the settings name none. */
export const PAIR_FILES = { certificate: "https_cert.pem", key: "https_key.pem" } as const;

/** What to make a certificate for. */
export interface CertificateArguments {
	readonly settings: Settings;
	/** Names and addresses; none for all of this machine. */
	readonly names: readonly string[];
	/** The folder for relative paths. */
	readonly folder: string;
}

/**
 * Makes a self-signed pair for HTTPS.
 *
 * @returns 0, or 1 when a file is there or cannot be written.
 * @throws {UsageError} for a name that is none.
 */
export function certificateCommand({ settings, names, folder }: CertificateArguments): number {
	for (const name of names) {
		if (isIP(name) === 0 && !isUriHost(name))
			throw new UsageError(`${name}: expected a host name or an IP address`);
	}
	const { httpsCertificate, httpsKey, certificatePath, tlsDomainName } = settings;
	const place = { certificate: httpsCertificate || PAIR_FILES.certificate, key: httpsKey || PAIR_FILES.key };
	const base = httpsCertificate === "" ? resolve(folder, certificatePath) : folder;
	const files = { certificate: resolve(base, place.certificate), key: resolve(base, place.key) };
	try {
		const fingerprint = putSelfSigned(
			files,
			names.length > 0 ? names : ownNames([tlsDomainName, hostname()]),
		);
		say(`made ${files.certificate}\n     ${files.key}`);
		say(`SHA-256 fingerprint ${fingerprint}`);
		if (settings.httpsPort === 0)
			say(`to use it:\nHttpsPort = 5443\nHttpsCertificate = ${files.certificate}\nHttpsKey = ${files.key}`);
		return 0;
	} catch (error) {
		if (!(error instanceof InstallError)) throw error;
		complain(`clicktocall: ${error.message}`);
		return 1;
	}
}

/**
 * Makes a pair and writes it.
 *
 * @returns the SHA-256 fingerprint of the certificate.
 * @throws {InstallError} when a file is there already, or cannot be written.
 */
export function putSelfSigned(
	files: { readonly certificate: string; readonly key: string },
	names: readonly string[],
): string {
	for (const file of [files.certificate, files.key]) {
		if (isThere(file)) throw new InstallError(`${file}: already there; remove it for a new one`);
	}
	const { certificate, key } = makeSelfSigned(names, systemWallClock.now());
	putText(files.key, key, 0o600);
	putText(files.certificate, certificate, 0o644);
	return new X509Certificate(certificate).fingerprint256;
}
