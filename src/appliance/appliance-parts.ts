import { hostname } from "node:os";
import { resolve } from "node:path";
import type { ApiOptions } from "../api/context.ts";
import { CallService, type CallServiceOptions } from "../call/call-service.ts";
import type { Settings } from "../config/settings.ts";
import { History } from "../history/history.ts";
import type { AdminSource } from "../http/admin/types.ts";
import type { BoxSource, ClosedSetUp } from "../http/box/types.ts";
import { GuessBrake } from "../http/guess-brake.ts";
import { HttpServer } from "../http/server.ts";
import { uploadLimit } from "../http/upload/uploads.ts";
import type { Logger } from "../log/logger.ts";
import { type ConnectionBudget, ConnectionLimits } from "../net/connection-limits.ts";
import type { Turns } from "../net/fair-turns.ts";
import { parseUri, requestUriOf } from "../sip/message/uri.ts";
import { CallState } from "../state/call-state.ts";
import { lastingMemoryFor } from "../state/lasting-memory.ts";
import type { Clock } from "../time/clock.ts";
import type { WallClock } from "../time/wall-clock.ts";
import { XmlServer, type XmlServerOptions } from "../xml/server.ts";
import type { Certificates } from "./certificates.ts";
import type { FirstRun } from "./first-run.ts";
import type { Observation } from "./observation.ts";
import type { Part } from "./parts.ts";

/** What the parts share. */
export interface Shared {
	/** The clock they all use. */
	readonly clock: Clock;
	readonly turns: Turns;
	readonly budget: ConnectionBudget;
	readonly certificates: Certificates;
}

/** What call control needs besides the settings. */
type CallParts = Pick<
	CallServiceOptions,
	"tones" | "translator" | "legs" | "identity" | "routeSet" | "clock" | "wall"
>;

/** Creates call control according to the settings. */
export function makeCalls(settings: Settings, parts: CallParts, log: Logger): CallService {
	return new CallService({
		...parts,
		callerIdentity: settings.callerIdentity,
		referToHeaders: settings.referToHeaders,
		autoAnswer: settings.autoAnswer,
		limits: {
			initiatorTimeout: settings.initiatorTimeout * 1000,
			destinationTimeout: settings.destinationTimeout * 1000,
			maxDuration: settings.maxCallDuration * 1000,
		},
		maxCalls: settings.maxCalls,
		maxCallsPerSecond: settings.maxCallsPerSecond,
		maxCallsTotal: settings.maxCallsTotal,
		log: log.child({ part: "call" }),
	});
}

/** Creates the history according to the settings; HistoryFile must not be empty. */
export function makeHistory(settings: Settings, { clock, turns }: Shared, log: Logger): History {
	return new History({
		path: resolve(settings.historyFile),
		days: settings.historyDays,
		clock,
		turns,
		log: log.child({ part: "history" }),
	});
}

/** Creates the state file according to the settings; StateFile must not be empty. */
export function makeState(
	settings: Settings,
	{ clock, wall, log }: { readonly clock: Clock; readonly wall: WallClock; readonly log: Logger },
): CallState {
	const path = resolve(settings.stateFile);
	return new CallState({
		path,
		tail: lastingMemoryFor(path),
		identity: settings.clickToCallIdentity,
		clock,
		wall,
		log: log.child({ part: "state" }),
	});
}

/** The XML interface, not started. */
export function makeXmlServer(
	settings: Settings,
	{ calls, live }: Pick<XmlServerOptions, "calls" | "live">,
	{ clock, turns, budget, certificates }: Shared,
	log: Logger,
): XmlServer {
	return new XmlServer({
		port: settings.xmlRpcPort || undefined,
		secure: certificates.xml && { port: settings.xmlRpcTlsPort, tls: certificates.xml },
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

/** The parts that the web interfaces show. */
interface WebParts {
	readonly api: ApiOptions;
	readonly admin: AdminSource;
	readonly observation: Observation;
	/** Undefined where there is no configuration to change. */
	readonly box: BoxSource | ClosedSetUp | undefined;
	/** Undefined once there is a password. */
	readonly firstRun: FirstRun | undefined;
}

/** The web interfaces, not started; their code is loaded on the first request. */
export function makeHttpServer(
	settings: Settings,
	{ api, admin, observation, box, firstRun }: WebParts,
	{ clock, turns, budget, certificates }: Shared,
	parent: Logger,
): HttpServer {
	const { health, metrics } = observation;
	const log = parent.child({ part: "http" });
	const brake = new GuessBrake({ clock, log });
	const password = (): string | undefined =>
		firstRun?.password ?? (settings.httpAuth ? settings.httpAuthPwd : undefined);
	return new HttpServer({
		port: settings.httpPort || undefined,
		https: certificates.https && { port: settings.httpsPort, tls: certificates.https },
		trustedProxies: settings.trustedProxies,
		prefix: settings.httpPrefix,
		redirect: settings.httpRedirect && settings.httpsPort > 0,
		bind: settings.httpBind,
		allow: settings.httpAllow,
		limits: new ConnectionLimits({
			total: settings.httpMaxConnections,
			perAddress: settings.httpMaxPerAddress,
			unlimited: settings.trustedProxies,
			budget,
		}),
		turns,
		clock,
		brake,
		uploadLimit,
		app: async () => {
			const { createApp } = await import("../http/app.ts");
			return createApp({
				placer: api.calls,
				api,
				admin,
				log,
				password: password(),
				box,
				firstRun,
				prefix: settings.httpPrefix,
				hsts: settings.httpsHsts,
				now: () => clock.now(),
				brake,
				hosts: [hostname(), settings.tlsDomainName, ...settings.httpHosts],
				users: settings.httpUsers,
				tokens: settings.httpApiTokens,
				probes: { health, metrics },
			});
		},
		log,
	});
}

/**
 * The proxy as a loose Route (RFC 3261 section 16.12), whose URI has no headers and no method (section
 * 19.1.1).
 */
export function looseRoute(text: string): string {
	const uri = parseUri(text);
	const proxy = uri ? requestUriOf(uri).toRaw() : text;
	return /;lr\b/i.test(proxy) ? `<${proxy}>` : `<${proxy};lr>`;
}

/** Wraps a TCP server as a part. */
export function serverPart(name: "XML" | "HTTP", server: XmlServer | HttpServer): Part {
	return {
		name,
		get listening() {
			return server.addresses.map((place) => ({ name, ...place }));
		},
		start: () => server.start(),
		stop: () => server.stop(),
	};
}
