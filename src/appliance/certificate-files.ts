import type { X509Certificate } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { SETTINGS, type Settings } from "../config/settings.ts";
import { withValues } from "../config/with-values.ts";
import type { CertificateUse, PutCertificate, ShownCertificate, UploadedPair } from "../http/box/types.ts";
import { systemWallClock } from "../time/wall-clock.ts";
import { readNames } from "../tls/certificate-name.ts";
import { domainFiles, readCertificates } from "../tls/tls-files.ts";
import { checkPair } from "./certificate-check.ts";
import type { ConfigChanger } from "./config-changer.ts";
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
	readonly #changes: ConfigChanger;

	constructor(place: OwnPlace, settings: Settings, changes: ConfigChanger) {
		this.#place = place;
		this.#settings = settings;
		this.#changes = changes;
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
	 * @throws {BoxError} when it is no pair, or has expired; nothing has changed then.
	 */
	async put({ use, certificate, key }: UploadedPair, by: string): Promise<PutCertificate> {
		const pem = readFileSync(certificate);
		const octets = { certificate: pem, key: key === undefined ? undefined : readFileSync(key) };
		const own = checkPair(octets, systemWallClock.now());
		const hadPair = this.list().some((each) => each.use === use);
		const place = use === "authority" ? undefined : this.#places()[use];
		const target = place?.certificate ?? this.#authorityFile(own);
		const files = [{ path: target, content: pem }];
		if (place && octets.key) files.unshift({ path: place.key, content: octets.key });
		// A renewed pair is taken over at once; a port that was closed opens at a start.
		const needsRestart = use === "authority" || !hadPair;
		const before = this.#changes.read();
		const names = use === "https" && key !== undefined && !this.#namedPair();
		const change = names
			? {
					config: this.#named(before, this.#places().https),
					toCheck: this.#named(before, { certificate, key }),
				}
			: { config: before, checked: true };
		const outcome = await this.#changes.put({ ...change, before, files, needsRestart }, by);
		return { outcome, needsRestart, ...shownAs(use, target, own) };
	}

	#places(): { readonly https: Place; readonly sip: Place } {
		const { certificatePath, tlsDomainName } = this.#settings;
		const folder = dirname(this.#place.configFile);
		const sip = domainFiles(resolve(certificatePath), tlsDomainName);
		const own = { certificate: join(folder, HTTPS_FILES.certificate), key: join(folder, HTTPS_FILES.key) };
		return { https: this.#namedPair() ?? own, sip };
	}

	/** The pair for HTTPS that the configuration names, or how the server was started. */
	#namedPair(): Place | undefined {
		const named = this.#saved.find(({ httpsCertificate, httpsKey }) => httpsCertificate && httpsKey);
		return named && { certificate: resolve(named.httpsCertificate), key: resolve(named.httpsKey) };
	}

	/** As the file has them, which may wait for a restart, and as the server was started. */
	get #saved(): readonly Settings[] {
		return [this.#changes.current(), this.#settings];
	}

	/** A configuration that names a pair for HTTPS. */
	#named(config: Buffer, { certificate, key }: Place): Buffer {
		const { httpsCertificate, httpsKey, httpsPort } = SETTINGS;
		const isClosed = this.#saved.every((settings) => settings.httpsPort === 0);
		return withValues(config, {
			[httpsCertificate.name]: certificate,
			[httpsKey.name]: key,
			...(isClosed && { [httpsPort.name]: httpsPort.example }),
		});
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

/** The certificate in a file; none if there is none, or another kind of file. */
function shown(use: CertificateUse, file: string): ShownCertificate[] {
	try {
		const [own] = readCertificates(basename(file), readFileSync(file, "utf8"));
		return [shownAs(use, file, own)];
	} catch {
		return [];
	}
}

function shownAs(use: CertificateUse, file: string, own: X509Certificate): ShownCertificate {
	const { alternatives, commonNames } = readNames(own);
	const end = Date.parse(own.validTo);
	const names = alternatives?.map(({ value }) => value) ?? commonNames;
	return { use, file, names, end, expired: end < systemWallClock.now() };
}
