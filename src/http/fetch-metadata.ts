/** Destinations that are a page of its own or a script's request; all others are parts of a page. */
const WHOLE_DESTINATIONS = new Set(["document", "empty"]);
const OWN_SITES = new Set(["same-origin", "none"]);
const PART_OF_A_PAGE = /^\s*(image|audio|video|font|text\/css)/i;
const AHEAD_OF_TIME = /prefetch|prerender|preview/i;

/** By which host the client knows us. */
export interface OwnSite {
	/** With a port if it is not the scheme's; null if no host was asked for. */
	readonly host: string | null;
	/** Whether a trusted proxy may have left out the port. */
	readonly anyPort: boolean;
}

/**
 * Whether a browser made this request by itself or for another site's page, so that no call may
 * come of it: only a person places calls. Judged by Fetch Metadata (W3C) where the browser sends
 * it; it does so on https and localhost only, so `Origin` and `Accept` are looked at as well.
 *
 * @returns why not, as an end of the sentence "this request …"; undefined when a call may come of it.
 */
export function unwantedBecause(headers: Headers, own: OwnSite): string | undefined {
	const purpose = headers.get("sec-purpose") ?? headers.get("purpose") ?? headers.get("x-moz") ?? "";
	if (AHEAD_OF_TIME.test(purpose)) return "was sent by the browser before anybody asked for the page";
	const destination = headers.get("sec-fetch-dest");
	if (destination !== null && !WHOLE_DESTINATIONS.has(destination)) return "loads a part of another page";
	const site = headers.get("sec-fetch-site");
	if (site === null) return unwantedByOlderHeaders(headers, own);
	if (OWN_SITES.has(site) || isUserActivated(headers)) return undefined;
	return "comes from another site without a click";
}

/**
 * Whether a browser made this request for another site's page, even after a click there: for requests that change
 * something, which our own pages alone may do. Browsers send `Origin` with all of these.
 *
 * @returns why not, as an end of the sentence "this request …"; undefined when it may be done.
 */
export function foreignBecause(headers: Headers, own: OwnSite): string | undefined {
	const site = headers.get("sec-fetch-site");
	if (site !== null && OWN_SITES.has(site)) return undefined;
	const strange = strangeOrigin(headers, own);
	if (site === null && strange === undefined) return undefined;
	return `comes from another site${strange ?? ""}`;
}

/** Longest value of a header that a refusal repeats. */
const MAX_SHOWN = 200;

/** What tells that a page of another site sent a request, with both values; undefined if none did. */
function strangeOrigin(headers: Headers, { host, anyPort }: OwnSite): string | undefined {
	const origin = headers.get("origin");
	if (origin === null) return undefined;
	const theirs = URL.parse(origin);
	if (theirs && theirs.host === host?.toLowerCase()) return undefined;
	// A proxy that passes the name on without its port, as many do.
	if (theirs && anyPort && theirs.hostname === host?.toLowerCase()) return undefined;
	const shown = (value: string | null): string => JSON.stringify((value ?? "").slice(0, MAX_SHOWN));
	return `: its Origin is ${shown(origin)}, and the host that was asked for is ${shown(host)}; behind a proxy, see TrustedProxies`;
}

/** A navigation that a click or a key press began. */
function isUserActivated(headers: Headers): boolean {
	return (
		headers.get("sec-fetch-user") === "?1" &&
		headers.get("sec-fetch-mode") === "navigate" &&
		headers.get("sec-fetch-dest") === "document"
	);
}

function unwantedByOlderHeaders(headers: Headers, own: OwnSite): string | undefined {
	const strange = strangeOrigin(headers, own);
	if (strange !== undefined) return `comes from a script on another site${strange}`;
	if (PART_OF_A_PAGE.test(headers.get("accept") ?? "")) return "loads a part of another page";
	return undefined;
}
