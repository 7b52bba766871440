import { redactSip } from "../log/redact.ts";
import { RecentMap } from "../recent-map.ts";
import { parseUri, requestUriOf, spokenUserOf } from "../sip/message/uri.ts";
import type { URI } from "../sip/sipjs/grammar.ts";

/** Addresses that are remembered. */
const MAX_KNOWN = 500;

/** An address that the translation rules have made, as calls need it. */
export interface CallableAddress {
	/** With its URI headers and method, if any. */
	readonly full: URI;
	/** As a Request-URI. */
	readonly uri: URI;
	/** The latter as others may see it: a rule may write a password into it (RFC 3261 section 19.1.1). */
	readonly shown: string;
	/** Its user, for people to read. */
	readonly spoken: string;
}

/** Reads addresses once: the same phones call and are called again and again. */
export class AddressBook {
	readonly #known = new RecentMap<CallableAddress>(MAX_KNOWN);

	/** @returns undefined if it is not a URI. */
	read(text: string): CallableAddress | undefined {
		const known = this.#known.get(text);
		if (known) return known;
		const full = parseUri(text);
		if (!full) return undefined;
		const uri = requestUriOf(full);
		const address = { full, uri, shown: redactSip(uri.toString()), spoken: spokenUserOf(uri) };
		this.#known.set(text, address);
		return address;
	}
}
