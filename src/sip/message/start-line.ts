import { isAllOf, isBlank, readNumber, skipBlanks, TOKEN } from "./chars.ts";
import { badRequest, type Fault } from "./fault.ts";
import { blankAfter } from "./parameters.ts";
import { isPlainUri } from "./plain-forms.ts";
import { readUri } from "./uri-reader.ts";
import { WireRequest, WireResponse } from "./wire-message.ts";

/** A message with only its start line read. */
export interface StartedMessage {
	readonly message: WireRequest | WireResponse;
	readonly fault: Fault | undefined;
}

const VERSION = "SIP/2.0";

/**
 * Reads a Request-Line or Status-Line (RFC 3261 sections 7.1 and 7.2).
 *
 * @param line without its CRLF.
 * @returns a fault without message if not even the method is readable.
 */
export function readStartLine(line: string): StartedMessage | Fault {
	return line.startsWith("SIP/") || /^SIP\//i.test(line) ? readStatusLine(line) : readRequestLine(line);
}

function readStatusLine(line: string): StartedMessage | Fault {
	if (!isVersion2(line.substring(0, 7)) || !isBlank(line.charCodeAt(7))) {
		return badRequest("Unreadable Status-Line: SIP/2.0 and a space expected");
	}
	// Several blanks, or a tab, are unambiguous as well.
	const statusStart = skipBlanks(line, 8);
	const statusEnd = blankAfter(line, statusStart);
	const status = readNumber(line, 699, statusStart, statusEnd);
	if (status === undefined || status < 100) return badRequest("Status code is not from 100 to 699");
	const message = new WireResponse();
	message.statusCode = status;
	// The space before an empty reason phrase is often missing.
	message.reasonPhrase = line.substring(statusEnd + 1);
	return { message, fault: undefined };
}

function readRequestLine(line: string): StartedMessage | Fault {
	const methodEnd = line.indexOf(" ");
	const method = line.substring(0, methodEnd);
	if (!isAllOf(method, TOKEN)) return badRequest("Unreadable Request-Line: no method");
	const message = new WireRequest();
	message.method = method;
	const uriEnd = line.lastIndexOf(" ");
	const version = line.substring(uriEnd + 1);
	if (!isVersion2(version)) {
		return { message, fault: versionFault(version) };
	}
	const uriText = uriEnd > methodEnd ? line.substring(methodEnd + 1, uriEnd) : "";
	if (isPlainUri(uriText)) {
		message.setRequestUri(uriText);
		return { message, fault: undefined };
	}
	const uri = readUri(uriText);
	if (!uri) return { message, fault: badRequest("Malformed Request-URI") };
	message.ruri = uri;
	// RFC 3261 section 19.1.1 forbids headers in a Request-URI.
	if (Object.keys(uri.headers).length > 0)
		return { message, fault: badRequest("Headers in the Request-URI") };
	return { message, fault: undefined };
}

function isVersion2(text: string): boolean {
	return text === VERSION || text.toUpperCase() === VERSION;
}

function versionFault(version: string): Fault {
	return /^SIP\/\d+\.\d+$/i.test(version)
		? { status: 505, reason: "Version Not Supported" }
		: badRequest("Unreadable Request-Line: method, Request-URI and SIP/2.0 expected");
}
