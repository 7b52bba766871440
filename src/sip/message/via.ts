import { isAllOf, isBlank, skipBlanks, slice, TOKEN } from "./chars.ts";
import { type HostKind, readHostAndPort } from "./host.ts";
import { blankAfter, type ParameterMap, parameterEnd, readParameters } from "./parameters.ts";

/** One Via value, in the shape SIP.js's grammar returns. */
export interface ViaValue {
	/** Usually `SIP`. */
	protocol: string;
	/** As written: `UDP`, `TCP`, `TLS`, … */
	transport: string;
	/** Of sent-by; an IPv6 address keeps its brackets. */
	host: string;
	host_type: HostKind;
	/** Of sent-by; undefined if absent. */
	port: number | undefined;
	branch?: string;
	received?: string;
	/** Decimal digits; an `rport` without a value is in `params`. */
	rport?: string;
	maddr?: string;
	ttl?: number;
	/** All other parameters; undefined for one without a value. */
	params?: Record<string, string | undefined>;
}

/** Reads one Via value (RFC 3261 section 20.42); undefined if invalid. */
export function parseVia(text: string): ViaValue | undefined {
	const firstSlash = text.indexOf("/");
	const secondSlash = text.indexOf("/", firstSlash + 1);
	if (firstSlash < 0 || secondSlash < 0) return undefined;
	const protocol = slice(text, 0, firstSlash);
	const version = slice(text, firstSlash + 1, secondSlash);
	const transportStart = skipBlanks(text, secondSlash + 1);
	const transportEnd = blankAfter(text, transportStart);
	const transport = text.substring(transportStart, transportEnd);
	if (!isAllOf(protocol, TOKEN) || !isAllOf(version, TOKEN) || !isAllOf(transport, TOKEN)) return undefined;
	const semicolon = text.indexOf(";", transportEnd);
	const parametersStart = semicolon < 0 ? text.length : semicolon;
	const sentBy = readHostAndPort(withoutBlanksAtColon(slice(text, transportEnd, parametersStart)));
	const parameters = sentBy && readParameters(text, parametersStart);
	if (!parameters) return undefined;
	const via: ViaValue = { protocol, transport, host: sentBy.host, host_type: sentBy.kind, port: sentBy.port };
	assignParameters(via, parameters);
	return via;
}

/** Whether a text is a Via value, where nothing more is needed. */
export function isLikeVia(text: string): boolean {
	return text.includes("/");
}

/** `host : 5060` is allowed (RFC 3261 section 25.1, COLON); blanks elsewhere are not. */
function withoutBlanksAtColon(sentBy: string): string {
	const colon = sentBy.lastIndexOf(":");
	if (colon < 0 || !(isBlank(sentBy.charCodeAt(colon - 1)) || isBlank(sentBy.charCodeAt(colon + 1))))
		return sentBy;
	return `${slice(sentBy, 0, colon)}:${slice(sentBy, colon + 1, sentBy.length)}`;
}

function assignParameters(via: ViaValue, parameters: ParameterMap): void {
	let params: ViaValue["params"];
	for (const name in parameters) {
		const value = parameters[name] ?? undefined;
		if (value !== undefined && isNamed(name)) {
			via[name] = value;
		} else if (value !== undefined && name === "ttl") {
			via.ttl = Number(value);
		} else {
			params ??= {};
			params[name] = value;
		}
	}
	if (params) via.params = params;
}

function isNamed(name: string): name is "branch" | "received" | "rport" | "maddr" {
	return name === "branch" || name === "received" || name === "rport" || name === "maddr";
}

/**
 * Writes where a request came from into its top Via: `received` always if the sender asked for
 * `rport`, otherwise if sent-by has another address (RFC 3261 section 18.2.1, RFC 3581 section 4). It replaces
 * what the sender wrote there itself.
 *
 * @param raw the Via value.
 * @param address of the sender, without brackets.
 * @param port of the sender.
 * @param parsed the same value.
 * @returns the new value.
 */
export function stampViaValue(raw: string, address: string, port: number, parsed: ViaValue): string {
	const wantsPort = parsed.rport !== undefined || (parsed.params !== undefined && "rport" in parsed.params);
	const sentBy = parsed.host_type === "IPv6" ? parsed.host.slice(1, -1) : parsed.host;
	const needsAddress = wantsPort || sentBy.toLowerCase() !== address.toLowerCase();
	const wroteAddress =
		parsed.received !== undefined || (parsed.params !== undefined && "received" in parsed.params);
	if (!needsAddress && !wroteAddress) return raw;
	const stamped = replaceParameters(raw, wantsPort ? `;rport=${port}` : "");
	return needsAddress ? `${stamped};received=${address}` : stamped;
}

/** The value without `received` and with its `rport` replaced. */
function replaceParameters(raw: string, rport: string): string {
	let at = raw.indexOf(";");
	let text = slice(raw, 0, at < 0 ? raw.length : at);
	while (at >= 0 && at < raw.length) {
		const end = parameterEnd(raw, at + 1);
		const parameter = raw.substring(at, end);
		const equals = parameter.indexOf("=");
		const name = slice(parameter, 1, equals < 0 ? parameter.length : equals).toLowerCase();
		if (name === "rport") text += rport;
		else if (name !== "received") text += parameter;
		at = end;
	}
	return text;
}

/** Every RFC 3261 branch starts with it (section 8.1.1.7). */
const MAGIC_COOKIE = "z9hG4bK";

/**
 * What identifies a transaction: the branch. RFC 2543 clients have none, or one that is not unique: for them,
 * what RFC 3261 section 17.2.3 lists instead, as far as a response repeats it.
 *
 * @param via raw value of the top Via.
 */
export function transactionBranch(
	branch: string | undefined,
	via: string,
	callId: string,
	cseq: number,
	fromTag: string | undefined,
): string {
	if (isUniqueBranch(branch)) return branch;
	const semicolon = via.indexOf(";");
	const sentBy = slice(via, 0, semicolon < 0 ? via.length : semicolon);
	return `${branch ?? ""} ${sentBy} ${cseq} ${fromTag ?? ""} ${callId}`;
}

/** Whether this is an RFC 3261 branch: the cookie (a token, so in any case) followed by something. */
export function isUniqueBranch(branch: string | undefined): branch is string {
	if (branch === undefined || branch.length <= MAGIC_COOKIE.length) return false;
	return branch.startsWith(MAGIC_COOKIE) || /^z9hg4bk/i.test(branch);
}
