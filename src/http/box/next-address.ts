import { isIP } from "node:net";
import type { WebContext } from "../../web/web.ts";

/** Where the pages are. */
export interface WebPlace {
	/** 0: closed. */
	readonly httpPort: number;
	readonly httpsPort: number;
	/** Empty for every address of the machine. */
	readonly bind: readonly string[];
	/** What clients put before each path. */
	readonly prefix: string;
}

/** Where the pages are now, and where they will be after a restart. */
export interface WebPlaces {
	readonly now: WebPlace;
	readonly next: WebPlace;
}

/**
 * Where a visitor finds the pages after a restart, such as `http://192.168.1.20:8080`, when they are elsewhere then.
 *
 * @returns none when they stay where they are, or when that is the business of a proxy.
 */
export function nextAddresses(c: WebContext, { now, next }: WebPlaces): readonly string[] {
	const { secure = false, proxied = false, host } = c.env;
	const asked = host ?? c.req.header("Host");
	if (proxied || asked === undefined) return [];
	const scheme = schemeOf(next, secure);
	if (!scheme) return [];
	const name = asked.replace(/:\d*$/, "");
	const hosts = hostsOf(now, next) ?? [name];
	const stays = scheme === (secure ? "https" : "http") && portOf(now, scheme) === portOf(next, scheme);
	if (stays && now.prefix === next.prefix && hosts.includes(name)) return [];
	return hosts.map(
		(each) => `${new URL(`${scheme}://${each}:${portOf(next, scheme)}`).origin}${next.prefix}`,
	);
}

/** The same as now, if it is still open. */
function schemeOf({ httpPort, httpsPort }: WebPlace, secure: boolean): "http" | "https" | undefined {
	if (secure ? httpsPort > 0 : httpPort > 0) return secure ? "https" : "http";
	if (httpsPort > 0) return "https";
	return httpPort > 0 ? "http" : undefined;
}

function portOf({ httpPort, httpsPort }: WebPlace, scheme: "http" | "https"): number {
	return scheme === "https" ? httpsPort : httpPort;
}

/** The addresses that it will listen on, when they are others than now; undefined: that of now will do. */
function hostsOf(now: WebPlace, next: WebPlace): readonly string[] | undefined {
	if (now.bind.join() === next.bind.join() || next.bind.length === 0) return undefined;
	if (next.bind.some((address) => ["0.0.0.0", "::"].includes(address))) return undefined;
	return next.bind.map((address) => (isIP(address) === 6 ? `[${address}]` : address));
}
