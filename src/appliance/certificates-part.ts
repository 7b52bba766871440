import type { HttpServer } from "../http/server.ts";
import type { Logger } from "../log/logger.ts";
import type { SipStack } from "../sip/sip-stack.ts";
import type { Clock } from "../time/clock.ts";
import { CertificateWatch } from "../tls/certificate-watch.ts";
import type { TlsIdentity } from "../tls/tls-files.ts";
import type { XmlServer } from "../xml/server.ts";
import { type CertificateInUse, type Certificates, serverOptions } from "./certificates.ts";
import type { Part } from "./parts.ts";

/** The servers that show certificates. */
export interface CertificateUsers {
	readonly sip: SipStack;
	readonly xml: XmlServer | undefined;
	readonly http: HttpServer | undefined;
}

/** Watches the files of the certificates, and gives renewed ones to those that show them. */
export class CertificatesPart implements Part {
	readonly name = "the certificates";
	readonly #certificates: Certificates;
	readonly #clock: Clock;
	readonly #log: Logger;
	#watches: readonly (readonly [CertificateInUse["use"], CertificateWatch])[] = [];

	constructor(certificates: Certificates, clock: Clock, log: Logger) {
		this.#certificates = certificates;
		this.#clock = clock;
		this.#log = log.child({ part: "tls" });
	}

	/** The certificates in use, PEM. */
	get current(): readonly { readonly use: CertificateInUse["use"]; readonly certificate: string }[] {
		return this.#watches.map(([use, { identity }]) => ({ use, certificate: identity.certificate }));
	}

	/** Starts to watch. */
	watch(users: CertificateUsers): void {
		this.#watches = this.#certificates.inUse.map(({ files, identity, use }) => {
			const renewed = use === "SIP" ? this.#forSip(users) : this.#forInterfaces(users);
			return [use, new CertificateWatch({ files, identity, renewed, clock: this.#clock, log: this.#log })];
		});
	}

	/** SIGHUP. */
	reload(): void {
		for (const [, watch] of this.#watches) watch.look();
	}

	stop(): void {
		for (const [, watch] of this.#watches) watch.close();
	}

	#forSip({ sip }: CertificateUsers) {
		return (identity: TlsIdentity): void => sip.renewCertificate(identity);
	}

	#forInterfaces({ http, xml }: CertificateUsers) {
		return (identity: TlsIdentity): void => {
			const tls = serverOptions(identity);
			http?.renew(tls);
			xml?.renew({ ...tls, clientAuthorities: this.#certificates.xml?.clientAuthorities });
		};
	}
}
