import { spokenUserOf, unescapedUser } from "../message/uri.ts";
import type { IncomingResponseMessage } from "../sipjs/core.ts";
import { NameAddrHeader } from "../sipjs/grammar.ts";
import type { HostPort } from "../transport/types.ts";

/**
 * How long a registrar keeps our binding (RFC 3261 section 10.3). Its 200 lists all bindings of the address,
 * which may include those of an earlier run or of other devices.
 *
 * @param user of our Contact.
 * @param local our address on the flow the REGISTER used.
 * @param asked seconds we asked for.
 * @returns seconds.
 */
export function grantedExpiry(
	response: IncomingResponseMessage,
	user: string,
	local: HostPort | undefined,
	asked: number,
): number {
	const general = seconds(response.getHeader("Expires")) ?? asked;
	const ours = contactsOf(response).filter(({ uri }) => spokenUserOf(uri) === unescapedUser(user));
	const exact = ours.filter(
		({ uri }) => withoutBrackets(uri.host) === local?.address && (uri.port ?? 5060) === local?.port,
	);
	// Behind a NAT, a registrar may write the address that it sees instead of ours.
	const candidates = exact.length > 0 ? exact : ours;
	const expiries = candidates.map((contact) => seconds(contact.getParam("expires") ?? undefined) ?? general);
	return expiries.length > 0 ? Math.min(...expiries) : general;
}

/** Whether the request had this address of this server in its Via, according to its response. */
export function isSentBy({ via }: IncomingResponseMessage, { address, port }: HostPort): boolean {
	return withoutBrackets(via.host) === address && (via.port ?? 5060) === port;
}

function contactsOf(response: IncomingResponseMessage): NameAddrHeader[] {
	return response
		.getHeaders("contact")
		.map((_value, index): unknown => response.parseHeader("contact", index))
		.filter((contact) => contact instanceof NameAddrHeader);
}

function seconds(text: string | undefined): number | undefined {
	return text !== undefined && /^\d{1,9}$/.test(text.trim()) ? Number(text) : undefined;
}

function withoutBrackets(host: string): string {
	return host.replace(/^\[|\]$/g, "");
}
