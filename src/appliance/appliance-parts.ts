import { hostname } from "node:os";
import { resolve } from "node:path";
import type { ApiOptions } from "../api/context.ts";
import type { Settings } from "../config/settings.ts";
import { History } from "../history/history.ts";
import type { AdminSource } from "../http/admin/types.ts";
import { GuessBrake } from "../http/guess-brake.ts";
import { HttpServer } from "../http/server.ts";
import type { Logger } from "../log/logger.ts";
import { type ConnectionBudget, ConnectionLimits } from "../net/connection-limits.ts";
import type { Turns } from "../net/fair-turns.ts";
import type { SipAccount } from "../sip/auth/digest-session.ts";
import { parseNameAddr, parseUri, requestUriOf } from "../sip/message/uri.ts";
import type { URI } from "../sip/sipjs/grammar.ts";
import { loadTlsIdentity } from "../sip/transport/tls-files.ts";
import { loadTlsRoots } from "../sip/transport/tls-roots.ts";
import type { TlsSettings } from "../sip/transport/transport-options.ts";
import type { Clock } from "../time/clock.ts";
import { XmlServer, type XmlServerOptions } from "../xml/server.ts";
import type { Observation } from "./observation.ts";

/** The accounts that can be used: an empty user is none. */
export function accountsOf({ sipAccounts }: Pick<Settings, "sipAccounts">): readonly SipAccount[] {
	return sipAccounts
		.filter(({ user }) => user !== "")
		.map(({ user, password, realm }) => ({ user, password, realm }));
}

/** Where the certificate files are. */
export function certificateFolder({ certificatePath }: Settings): string {
	return resolve(certificatePath);
}

/**
 * The certificates beside the server (RFC 5922): without a pair for its domain the TLS port stays closed.
 *
 * @throws {TlsFileError} for a file that cannot be used.
 */
export function loadTls(folder: string, settings: Settings): TlsSettings {
	const identity = loadTlsIdentity(folder, settings.tlsDomainName);
	return { port: settings.tlsPort, ...(identity && { identity }), roots: loadTlsRoots(folder) };
}

/** What the parts share. */
export interface Shared {
	/** What they all go by. */
	readonly clock: Clock;
	readonly turns: Turns;
	readonly budget: ConnectionBudget;
}

/** The history that the settings ask for; HistoryFile must not be empty. */
export function makeHistory(settings: Settings, { clock, turns }: Shared, log: Logger): History {
	return new History({
		path: resolve(settings.historyFile),
		days: settings.historyDays,
		clock,
		turns,
		log: log.child({ part: "history" }),
	});
}

/** The XML interface, not started. */
export function makeXmlServer(
	settings: Settings,
	{ calls, live }: Pick<XmlServerOptions, "calls" | "live">,
	{ clock, turns, budget }: Shared,
	log: Logger,
): XmlServer {
	return new XmlServer({
		port: settings.xmlRpcPort,
		bind: settings.xmlRpcBind,
		allow: settings.xmlRpcAllow,
		limits: new ConnectionLimits({
			total: settings.xmlRpcMaxConnections,
			perAddress: settings.xmlRpcMaxPerAddress,
			budget,
		}),
		turns,
		calls,
		live,
		clock,
		log: log.child({ part: "xml" }),
	});
}

/** What the web interfaces show. */
interface WebParts {
	readonly api: ApiOptions;
	readonly admin: AdminSource;
	readonly observation: Observation;
}

/** The web interfaces, not started; their code is loaded for the first request. */
export function makeHttpServer(
	settings: Settings,
	{ api, admin, observation }: WebParts,
	{ clock, turns, budget }: Shared,
	parent: Logger,
): HttpServer {
	const { health, metrics } = observation;
	const log = parent.child({ part: "http" });
	const brake = new GuessBrake({ clock, log });
	const password = settings.httpAuth ? settings.httpAuthPwd : undefined;
	return new HttpServer({
		port: settings.httpPort,
		bind: settings.httpBind,
		allow: settings.httpAllow,
		limits: new ConnectionLimits({
			total: settings.httpMaxConnections,
			perAddress: settings.httpMaxPerAddress,
			budget,
		}),
		turns,
		clock,
		brake,
		app: async () => {
			const { createApp } = await import("../http/app.ts");
			return createApp({
				placer: api.calls,
				api,
				admin,
				log,
				password,
				now: () => clock.now(),
				brake,
				hosts: [hostname(), settings.tlsDomainName, ...settings.httpHosts],
				tokens: settings.httpApiTokens.map(({ token }) => token),
				probes: { health, metrics },
			});
		},
		log,
	});
}

/** @returns undefined for a text that is no SIP URI. */
export function identityOf(text: string): URI | undefined {
	const uri = parseNameAddr(text)?.uri;
	return uri && requestUriOf(uri);
}

/** The proxy as a loose Route (RFC 3261 section 16.12), whose URI has no headers and no method (section 19.1.1). */
export function looseRoute(text: string): string {
	const uri = parseUri(text);
	const proxy = uri ? requestUriOf(uri).toRaw() : text;
	return /;lr\b/i.test(proxy) ? `<${proxy}>` : `<${proxy};lr>`;
}
