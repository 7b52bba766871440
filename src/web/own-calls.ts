import type { CallOrigin } from "../call/types.ts";
import type { LiveCall, LiveEvent } from "../live/types.ts";
import { isSameUri } from "../translate/same-uri.ts";
import { parseSipUri, type SipUri } from "../translate/sip-uri.ts";
import type { Translation } from "../translate/translator.ts";
import type { RequestBindings } from "./web.ts";

/** What is known of a call to tell whose it is. */
export interface OwnedCall {
	readonly origin: CallOrigin;
	/** The initiator's URI; absent when the request was refused. */
	readonly initiatorUri?: string | undefined;
}

/** The calls and the phones of a user who may not see or use those of others. */
export class OwnCalls {
	/** As configured. */
	readonly phones: readonly string[];
	readonly #name: string | undefined;
	readonly #translate: (address: string) => Translation;
	/** What the phones are at the moment: rules can change, and calls of other rules have other URIs. */
	readonly #uris: readonly SipUri[];

	/** @param name undefined for a program that shares its name with others. */
	constructor(
		name: string | undefined,
		phones: readonly string[],
		translate: (address: string) => Translation,
	) {
		this.#name = name;
		this.phones = phones;
		this.#translate = translate;
		this.#uris = phones.flatMap((phone) => this.#uriOf(phone));
	}

	/** Whether an address, as typed, is one of the phones: the rules make an equivalent URI of it. */
	hasPhone(address: string): boolean {
		const typed = address.trim();
		return (
			this.phones.includes(typed) ||
			this.#uriOf(typed).some((uri) => this.#uris.some((own) => isSameUri(own, uri)))
		);
	}

	/** Whether the user has placed a call, or it was placed from one of the phones. */
	owns({ origin, initiatorUri }: OwnedCall): boolean {
		if (this.#name !== undefined && origin.user === this.#name) return true;
		if (initiatorUri === undefined) return false;
		const uri = parseSipUri(initiatorUri);
		// Those who are not its sender never see the password in a URI, so it is left out here as well.
		return uri.ok && this.#uris.some((own) => isSameUri(withoutPassword(own), withoutPassword(uri.uri)));
	}

	#uriOf(address: string): SipUri[] {
		const translation = this.#translate(address);
		const uri = translation.ok ? parseSipUri(translation.uri) : undefined;
		return uri?.ok ? [uri.uri] : [];
	}
}

/** Whose calls alone a request is about; undefined when it may be about all. */
export function ownCallsOf(
	{ user, phones }: RequestBindings,
	translate: (address: string) => Translation,
): OwnCalls | undefined {
	return phones && new OwnCalls(user === TOKEN_USER ? undefined : user, phones, translate);
}

/** Whether a call in progress may be seen. @param own undefined for those who see all. */
export function isSeen({ origin, initiator }: LiveCall, own: OwnCalls | undefined): boolean {
	return own?.owns({ origin, initiatorUri: initiator.uri }) ?? true;
}

/** Whether something that happened may be seen. */
export function isEventSeen(event: LiveEvent, own: OwnCalls | undefined): boolean {
	if (event.kind !== "refused") return isSeen(event.call, own);
	return own?.owns({ origin: event.request.origin }) ?? true;
}

/** What restricts a search of the history to what may be seen. */
export function ownHistory(own: OwnCalls | undefined): { readonly owns?: (call: OwnedCall) => boolean } {
	return own ? { owns: (call) => own.owns(call) } : {};
}

/** The name of programs with a token that has none of its own. */
export const TOKEN_USER = "token";

/** Why a call from this phone is refused. */
export function notOwnPhone(initiator: string, { phones }: OwnCalls): string {
	return `Calls can be placed from your own phone only (${phones.join(", ")}), not from ${initiator}.`;
}

function withoutPassword(uri: SipUri): SipUri {
	if (uri.password === undefined) return uri;
	const { password: _, ...rest } = uri;
	return rest;
}
