import { partyUriOf, readUri, spokenUserOf } from "../sip/message/uri.ts";
import type { URI } from "../sip/sipjs/grammar.ts";

/** In whose name destinations are called: that of the phone they will talk to, or that of our account. */
export type CallerIdentity = "initiator" | "server";

/** How callers are presented. */
export interface CallerPresentation {
	readonly callerIdentity: CallerIdentity;
	/** The identity that our account belongs to. */
	readonly identity: URI;
	/** The outbound proxy, which is trusted with the caller's identity (RFC 3325); empty for none. */
	readonly routeSet: readonly string[];
}

/** The phone that a destination will talk to. */
export interface CallingParty {
	readonly address: URI;
	/** Value of Privacy in its answer (RFC 3323). */
	readonly privacy: string | undefined;
}

/** The caller, as the INVITE to a destination names it. */
export interface Caller {
	readonly from: URI;
	/** As plain text. */
	readonly displayName: string;
	/** Additional header lines, as `Name: value`. */
	readonly headers: readonly string[];
}

/** The kinds of privacy that ask for the caller to be hidden: RFC 3323 section 4.2, RFC 3325 section 9.3. */
const HIDING: ReadonlySet<string> = new Set(["header", "user", "id"]);

const NONE: readonly string[] = [];

/** RFC 3323 section 4.1.1.3. */
const ANONYMOUS = readUri("sip:anonymous@anonymous.invalid");

/**
 * Returns the caller to name to a destination. A phone that wants privacy (RFC 3323) is named only to the
 * outbound proxy, which is asked to keep it to itself.
 */
export function callerOf(party: CallingParty, presentation: CallerPresentation): Caller {
	const { callerIdentity, identity, routeSet } = presentation;
	const privacy = privacyOf(party);
	const hidden = privacy.some((kind) => HIDING.has(kind));
	const privacyLine = (kinds: readonly string[]): string[] =>
		kinds.length > 0 ? [`Privacy: ${kinds.join(";")}`] : [];
	if (callerIdentity === "initiator") {
		return hidden && ANONYMOUS
			? { from: ANONYMOUS, displayName: "Anonymous", headers: privacyLine(privacy) }
			: { from: party.address, displayName: "", headers: privacyLine(privacy) };
	}
	const displayName = hidden ? "Anonymous" : spokenUserOf(party.address);
	// Only the proxy is inside the trust domain: without a proxy nobody is told (RFC 3325 section 5).
	if (routeSet.length === 0) return { from: identity, displayName, headers: privacyLine(privacy) };
	const asserted = `P-Asserted-Identity: <${partyUriOf(party.address).toRaw()}>`;
	const kinds = hidden && !privacy.includes("id") ? [...privacy, "id"] : privacy;
	return { from: identity, displayName, headers: [asserted, ...privacyLine(kinds)] };
}

/** The kinds of privacy that a phone asks for; empty when it says `none`. */
function privacyOf({ privacy = "" }: CallingParty): readonly string[] {
	if (privacy === "") return NONE;
	const kinds = privacy
		.toLowerCase()
		.split(/[;,\s]+/)
		.filter((kind) => /^[a-z-]+$/.test(kind));
	return kinds.includes("none") ? [] : kinds;
}
