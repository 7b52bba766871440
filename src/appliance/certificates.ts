import { resolve } from "node:path";
import type { Settings } from "../config/settings.ts";
import type { TlsListenOptions } from "../runtime/tcp.ts";
import type { TlsSettings } from "../sip/transport/transport-options.ts";
import { domainFiles, loadPair, type PairFiles, TlsFileError, type TlsIdentity } from "../tls/tls-files.ts";

/** A certificate in use. */
export interface CertificateInUse {
	readonly files: PairFiles;
	readonly identity: TlsIdentity;
	/** For people and metrics. */
	readonly use: "SIP" | "HTTPS";
}

/** The certificates of the server, and what the interfaces show and ask for. */
export interface Certificates {
	readonly inUse: readonly CertificateInUse[];
	/** Of HTTPS; undefined if it is off. */
	readonly https: TlsListenOptions | undefined;
	/** Of the XML socket over TLS; undefined if it is off. */
	readonly xml: TlsListenOptions | undefined;
}

/**
 * Reads what HttpsPort and XmlRpcTlsPort need.
 *
 * @param sip what SIP has; undefined if it cannot be read, which has been told.
 * @throws {TlsFileError} for a file that is missing or cannot be used.
 */
export function loadCertificates(settings: Settings, sip: TlsSettings | undefined): Certificates {
	const ofDomain = domainFiles(resolve(settings.certificatePath), settings.tlsDomainName);
	const ofSip: CertificateInUse[] = sip?.identity
		? [{ files: ofDomain, identity: sip.identity, use: "SIP" }]
		: [];
	const wanted = ["HttpsPort", "XmlRpcTlsPort"] as const;
	const ports = { HttpsPort: settings.httpsPort, XmlRpcTlsPort: settings.xmlRpcTlsPort };
	const opened = wanted.find((name) => ports[name] > 0);
	if (!opened || !sip) return { inUse: ofSip, https: undefined, xml: undefined };
	const files = interfaceFiles(settings, ofDomain);
	const identity = loadPair(files);
	if (!identity)
		throw new TlsFileError(files.certificate, `missing, although ${opened} = ${ports[opened]} needs it`);
	const tls = serverOptions(identity);
	return {
		inUse: [...ofSip, { files, identity, use: "HTTPS" }],
		https: settings.httpsPort > 0 ? tls : undefined,
		xml: settings.xmlRpcTlsPort > 0 ? { ...tls, clientAuthorities: authorities(settings, sip) } : undefined,
	};
}

/** What a TLS server shows of a pair. */
export function serverOptions({ certificate, key }: TlsIdentity): TlsListenOptions {
	return { cert: certificate, key };
}

function interfaceFiles(settings: Settings, ofDomain: PairFiles): PairFiles {
	const { httpsCertificate: certificate, httpsKey: key } = settings;
	if (certificate === "" && key === "") return ofDomain;
	if (certificate === "" || key === "") {
		const [given, other] =
			certificate === "" ? ["HttpsKey", "HttpsCertificate"] : ["HttpsCertificate", "HttpsKey"];
		throw new TlsFileError(`${given} = ${certificate || key}`, `expected ${other}, too`);
	}
	return { certificate: resolve(certificate), key: resolve(key) };
}

function authorities(settings: Settings, { roots }: TlsSettings): readonly string[] | undefined {
	if (!settings.xmlRpcMutualTls) return undefined;
	if (roots.own.length > 0) return roots.own;
	throw new TlsFileError(
		resolve(settings.certificatePath),
		"no root_cert_*.pem, although XmlRpcMutualTls needs an authority",
	);
}
