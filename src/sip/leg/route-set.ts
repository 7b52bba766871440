import { parseNameAddr, requestUriOf } from "../message/uri.ts";
import type { URI } from "../sipjs/grammar.ts";

/** What a request says about its route. */
export interface RequestRoute {
	readonly requestUri: URI;
	/** Values of Route. */
	readonly routeSet: readonly string[];
	/** Whether the Request-URI is that of the next hop, a strict router. */
	readonly strict: boolean;
}

/**
 * The Request-URI and the Route values for a route set (RFC 3261 section 12.2.1.1). A first hop without `lr`
 * is a strict router of RFC 2543: the Request-URI is its own, and the remote target is the last Route.
 *
 * @param target where the request should arrive.
 */
export function routeRequest(target: URI, routeSet: readonly string[]): RequestRoute {
	const [first] = routeSet;
	const router = first === undefined ? undefined : parseNameAddr(first)?.uri;
	if (!router || router.hasParam("lr")) return { requestUri: target, routeSet, strict: false };
	const requestUri = requestUriOf(router);
	// The first hop must not undo what `sips:` asks for (RFC 3261 section 8.1.2).
	if (target.scheme === "sips") requestUri.scheme = "sips";
	return { requestUri, routeSet: [...routeSet.slice(1), `<${target.toRaw()}>`], strict: true };
}
