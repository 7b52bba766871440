import { parameterOf, uriOf } from "./addresses.ts";
import type { PhoneProtocol } from "./channel.ts";
import type { TopVia } from "./server-transaction.ts";
import type { SipMessage } from "./wire.ts";

/** Header fields that may occur only once in a message (RFC 3261 section 7.3.1, RFC 3515 section 2.1). */
const SINGLE: readonly string[] = [
	"from",
	"to",
	"call-id",
	"cseq",
	"max-forwards",
	"content-length",
	"content-type",
	"refer-to",
	"session-expires",
	"min-se",
	"event",
	"subscription-state",
];

/** Requests that must say where their sender can be reached (RFC 3261 8.1.1.8, 3311, 3515, 6665). */
const NEEDS_CONTACT: ReadonlySet<string> = new Set(["INVITE", "UPDATE", "REFER", "NOTIFY", "SUBSCRIBE"]);

/** Any other name in a message counts as smuggled in by CR and LF. */
const KNOWN: ReadonlySet<string> = new Set(
	`accept accept-contact accept-encoding accept-language alert-info allow allow-events authentication-info
	authorization call-id call-info contact content-disposition content-encoding content-language content-length
	content-type cseq date diversion error-info event expires from history-info identity in-reply-to
	info-package join max-forwards mime-version min-expires min-se organization p-access-network-info
	p-asserted-identity p-preferred-identity path priority privacy proxy-authenticate proxy-authorization
	proxy-require rack reason record-route recv-info refer-sub refer-to referred-by reject-contact replaces
	reply-to request-disposition require retry-after route rseq server service-route session-expires subject
	subscription-state supported target-dialog timestamp to unsupported user-agent via warning
	www-authenticate`.split(/\s+/),
);

const UNREACHABLE = /(?:^|[^\d.])0\.0\.0\.0(?![\d.])|::ffff:|\[::\]/i;

/** What is wrong with the form of a request. */
export function checkRequest(request: SipMessage, via: TopVia, protocol: PhoneProtocol): string[] {
	const faults = checkMessage(request);
	const hops = request.header("max-forwards");
	if (hops === undefined) faults.push("Max-Forwards is missing");
	else if (!(Number(hops) >= 0 && Number(hops) <= 255)) faults.push(`Max-Forwards is "${hops}"`);
	if (via.sentBy === "") faults.push("Via is missing");
	else if (!via.branch.startsWith("z9hG4bK"))
		faults.push(`Via branch "${via.branch}" lacks the magic cookie`);
	if (via.protocol !== `SIP/2.0/${protocol}`) faults.push(`Via says "${via.protocol}" on ${protocol}`);
	if (UNREACHABLE.test(via.sentBy)) faults.push(`Via has the address ${via.sentBy}, which nobody can reach`);
	const method = (request.header("cseq") ?? "").split(" ").pop();
	if (method !== request.method) faults.push(`CSeq names ${method}`);
	if (parameterOf(request.header("from") ?? "", "tag") === undefined) faults.push("From has no tag");
	const contact = request.header("contact");
	if (NEEDS_CONTACT.has(request.method)) checkContact(contact, faults);
	else if (contact !== undefined) checkReach(contact, faults);
	if (request.method === "REFER" && request.header("refer-to") === undefined)
		faults.push("Refer-To is missing");
	return faults;
}

/** What is wrong with the form of a response. */
export function checkResponse(response: SipMessage): string[] {
	const faults = checkMessage(response);
	if (response.list("via").length !== 1) faults.push("a response has to arrive with our Via alone");
	if (response.status > 100 && parameterOf(response.header("to") ?? "", "tag") === undefined) {
		faults.push("To has no tag");
	}
	if (response.method === "INVITE" && response.status >= 200 && response.status < 300) {
		checkContact(response.header("contact"), faults);
	}
	return faults;
}

function checkMessage(message: SipMessage): string[] {
	const faults = [...message.defects];
	for (const name of ["to", "from", "call-id", "cseq"]) {
		if (message.header(name) === undefined) faults.push(`${name} is missing`);
	}
	if (!Number.isInteger(message.cseq)) faults.push("CSeq has no number");
	for (const name of SINGLE) {
		const first = message.names.indexOf(name);
		if (first >= 0 && message.names.indexOf(name, first + 1) >= 0) faults.push(`${name} is there twice`);
	}
	for (const name of message.names) if (!KNOWN.has(name)) faults.push(`unexpected header field ${name}`);
	if (message.body !== "" && message.header("content-type") === undefined)
		faults.push("Content-Type is missing");
	return faults;
}

function checkContact(contact: string | undefined, faults: string[]): void {
	if (contact === undefined) faults.push("Contact is missing");
	else if (!/^sips?:/i.test(uriOf(contact))) faults.push(`Contact is no SIP URI: ${contact}`);
	else checkReach(contact, faults);
}

function checkReach(contact: string, faults: string[]): void {
	if (UNREACHABLE.test(contact)) faults.push(`Contact has an address that nobody can reach: ${contact}`);
}
