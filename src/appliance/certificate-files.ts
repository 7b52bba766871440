import type { X509Certificate } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { SETTINGS, type Settings } from "../config/settings.ts";
import { withValues } from "../config/with-values.ts";
import { replaceFile } from "../durable-file.ts";
import {
	BoxError,
	type CertificateUse,
	type ShownCertificate,
	type UploadedPair,
} from "../http/box/types.ts";
import type { Logger } from "../log/logger.ts";
import { systemWallClock } from "../time/wall-clock.ts";
import { readNames } from "../tls/certificate-name.ts";
import { domainFiles, loadPair, readCertificates, TlsFileError } from "../tls/tls-files.ts";
import { putConfig } from "./config-versions.ts";
import type { OwnPlace } from "./own-place.ts";

/** Names of the files for HTTPS when the settings have none. */
const HTTPS_FILES = { certificate: "https_cert.pem", key: "https_key.pem" } as const;

/** Where a pair is, or goes. */
interface Place {
	readonly certificate: string;
	readonly key: string;
}

/** The certificates of this box, as files. */
export class CertificateFiles {
	readonly #place: OwnPlace;
	readonly #settings: Settings;
	readonly #log: Logger;

	constructor(place: OwnPlace, settings: Settings, log: Logger) {
		this.#place = place;
		this.#settings = settings;
		this.#log = log;
	}

	/** Those that are there. */
	list(): readonly ShownCertificate[] {
		const { https, sip } = this.#places();
		return [
			...shown("https", https.certificate),
			...(sip.certificate === https.certificate ? [] : shown("sip", sip.certificate)),
			...this.#authorities().flatMap((file) => shown("authority", file)),
		];
	}

	/**
	 * Checks what was uploaded, puts it in its place, and has the server take it over.
	 *
	 * @throws {BoxError} when it is no pair, has expired, or cannot be written; nothing has changed then.
	 */
	async put(
		{ use, certificate, key }: UploadedPair,
		by: string,
	): Promise<ShownCertificate & { readonly needsRestart: boolean }> {
		const pem = readFileSync(certificate, "utf8");
		const own = this.#checked(use, pem, key === undefined ? undefined : readFileSync(key, "utf8"));
		const hadPair = this.list().some((each) => each.use === use);
		const target = use === "authority" ? this.#authorityFile(own) : this.#places()[use].certificate;
		try {
			if (key !== undefined && use !== "authority") write(this.#places()[use].key, readFileSync(key));
			write(target, Buffer.from(pem));
			if (use === "https") this.#name(this.#places().https, by);
		} catch (cause) {
			throw new BoxError(cause instanceof Error ? cause.message : String(cause), "files", { cause });
		}
		const [result] = shown(use, target);
		if (!result) throw new BoxError(target, "files");
		this.#log.info(() => `the certificate ${target} was put in its place by the pages`);
		await this.#place.reload();
		// A renewed pair is taken over at once; a port that was closed opens at a start.
		return { ...result, needsRestart: use === "authority" || !hadPair };
	}

	/** @throws {BoxError} */
	#checked(use: CertificateUse, pem: string, key: string | undefined): X509Certificate {
		const folder = mkdtempSync(join(this.#place.uploads, ".pair-"));
		const files = { certificate: join(folder, "certificate"), key: join(folder, "key") };
		try {
			const [own] = readCertificates(files.certificate, pem);
			if (Date.parse(own.validTo) < systemWallClock.now())
				throw new TlsFileError(files.certificate, `it has expired on ${own.validTo}`);
			if (use === "authority") return own;
			writeFileSync(files.certificate, pem, { mode: 0o600 });
			writeFileSync(files.key, key ?? "", { mode: 0o600 });
			loadPair(files);
			return own;
		} catch (error) {
			if (!(error instanceof TlsFileError)) throw error;
			// The names of the files here mean nothing to anybody.
			throw new BoxError(error.message.replaceAll(`${folder}/`, ""), "refused", { cause: error });
		} finally {
			rmSync(folder, { recursive: true, force: true });
		}
	}

	#places(): { readonly https: Place; readonly sip: Place } {
		const { httpsCertificate, httpsKey, certificatePath, tlsDomainName } = this.#settings;
		const folder = dirname(this.#place.configFile);
		const sip = domainFiles(resolve(certificatePath), tlsDomainName);
		const named = httpsCertificate !== "" && httpsKey !== "";
		const https = named
			? { certificate: resolve(httpsCertificate), key: resolve(httpsKey) }
			: { certificate: join(folder, HTTPS_FILES.certificate), key: join(folder, HTTPS_FILES.key) };
		return { https, sip };
	}

	/** Has the configuration name the pair for HTTPS, if it names none. */
	#name({ certificate, key }: Place, by: string): void {
		const { httpsCertificate, httpsKey, httpsPort } = SETTINGS;
		if (this.#settings.httpsCertificate !== "" && this.#settings.httpsKey !== "") return;
		const { configFile } = this.#place;
		const values = {
			[httpsCertificate.name]: certificate,
			[httpsKey.name]: key,
			...(this.#settings.httpsPort === 0 && { [httpsPort.name]: httpsPort.example }),
		};
		putConfig(configFile, withValues(readFileSync(configFile), values), by);
	}

	#authorities(): string[] {
		const folder = resolve(this.#settings.certificatePath);
		try {
			return readdirSync(folder)
				.filter((name) => /^root_cert_.*\.pem$/.test(name))
				.sort()
				.map((name) => join(folder, name));
		} catch {
			return [];
		}
	}

	#authorityFile(own: X509Certificate): string {
		const name = own.fingerprint256.replaceAll(":", "").slice(0, 16).toLowerCase();
		return join(resolve(this.#settings.certificatePath), `root_cert_${name}.pem`);
	}
}

function write(path: string, octets: Uint8Array): void {
	const folder = statSync(dirname(path));
	// For those who may list the folder; for nobody else if that is everyone.
	const mode = (folder.mode & 0o007) === 0 ? 0o600 | (folder.mode & 0o060) : 0o600;
	replaceFile(path, mode, (file) => writeFileSync(file, octets, { mode: 0o600 }));
}

/** The certificate in a file; none if there is none, or another kind of file. */
function shown(use: CertificateUse, file: string): ShownCertificate[] {
	try {
		const [own] = readCertificates(basename(file), readFileSync(file, "utf8"));
		const { alternatives, commonNames } = readNames(own);
		const end = Date.parse(own.validTo);
		const names = alternatives?.map(({ value }) => value) ?? commonNames;
		return [{ use, file, names, end, expired: end < systemWallClock.now() }];
	} catch {
		return [];
	}
}
