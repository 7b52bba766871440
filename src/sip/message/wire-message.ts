import { IncomingRequestMessage, IncomingResponseMessage } from "../sipjs/core.ts";
import type { URI } from "../sipjs/grammar.ts";
import { type HeaderSlot, keepSaid, saidBy } from "../sipjs/header-slots.ts";
import { readLaterLines } from "./header-lines.ts";
import { headerName } from "./header-names.ts";
import { readUri } from "./uri-reader.ts";

/**
 * A request created by the reader. A header lookup needs no work on its name, and values the reader can parse
 * never reach SIP.js's grammar, which takes milliseconds. What every message has is parsed when it is asked for,
 * which is hardly ever: the reader has found it well-formed, and taken the tags and the branch from it.
 */
export class WireRequest extends IncomingRequestMessage {
	// Named here, they have their places from the start: an object that grows is copied again and again.
	override method = "";
	override data = "";
	override callId = "";
	override cseq = 0;
	override viaBranch = "";
	override body = "";
	/** The head, as long as it has lines that are read later. */
	unread: string | undefined;
	#ruri: URI | string | undefined;

	static {
		parseWhenAsked(WireRequest.prototype);
		Object.defineProperty(WireRequest.prototype, "ruri", {
			get(this: WireRequest): URI | undefined {
				if (typeof this.#ruri === "string") this.#ruri = readUri(this.#ruri);
				return this.#ruri;
			},
			set(this: WireRequest, uri: URI | undefined) {
				this.#ruri = uri;
			},
		});
	}

	/** Sets the Request-URI. @param uri that is well-formed, and parsed when asked for. */
	setRequestUri(uri: string): void {
		this.#ruri = uri;
	}

	override getHeader(name: string): string | undefined {
		return slotsOf(this, name)?.[0]?.raw;
	}
	override getHeaders(name: string): string[] {
		return rawValues(this, name);
	}
	override hasHeader(name: string): boolean {
		return slotsOf(this, name) !== undefined;
	}
	/** The value in SIP.js's shape; undefined if missing or malformed. */
	override parseHeader(name: string, index = 0): unknown {
		const value = parsedValue(this, name, index);
		return value === UNKNOWN ? super.parseHeader(name, index) : value;
	}
}

/** A response created by the reader; see {@link WireRequest}. */
export class WireResponse extends IncomingResponseMessage {
	override statusCode = 0;
	override reasonPhrase = "";
	override method = "";
	override data = "";
	override callId = "";
	override cseq = 0;
	override viaBranch = "";
	override body = "";
	/** The head, as long as it has lines that are read later. */
	unread: string | undefined;

	static {
		parseWhenAsked(WireResponse.prototype);
	}

	override getHeader(name: string): string | undefined {
		return slotsOf(this, name)?.[0]?.raw;
	}
	override getHeaders(name: string): string[] {
		return rawValues(this, name);
	}
	override hasHeader(name: string): boolean {
		return slotsOf(this, name) !== undefined;
	}
	/** The value in SIP.js's shape; undefined if missing or malformed. */
	override parseHeader(name: string, index = 0): unknown {
		const value = parsedValue(this, name, index);
		return value === UNKNOWN ? super.parseHeader(name, index) : value;
	}
}

/** Gives all messages of a class the fields that SIP.js's parser would fill in. */
function parseWhenAsked(messages: IncomingRequestMessage | IncomingResponseMessage): void {
	for (const [field, header] of Object.entries({ from: "From", to: "To", via: "Via" })) {
		Object.defineProperty(messages, field, {
			get(this: typeof messages): unknown {
				return this.parseHeader(header);
			},
		});
	}
}

/** The values of a header field; undefined if there are none. */
function slotsOf(message: WireRequest | WireResponse, name: string): readonly HeaderSlot[] | undefined {
	const header = headerName(name);
	const { unread } = message;
	if (header.later && unread !== undefined) {
		message.unread = undefined;
		readLaterLines(unread, startOfHeaders(message), message.headers);
	}
	return message.headers[header.name];
}

/** Where the header lines begin, after the start line. */
function startOfHeaders({ data }: WireRequest | WireResponse): number {
	return data.length + 2;
}

function rawValues(message: WireRequest | WireResponse, name: string): string[] {
	return slotsOf(message, name)?.map((value) => value.raw) ?? [];
}

/** The value is known to SIP.js's grammar only. */
const UNKNOWN = Symbol("unknown");

function parsedValue(message: WireRequest | WireResponse, name: string, index: number): unknown {
	const slot = slotsOf(message, name)?.[index];
	if (!slot) return undefined;
	const known: unknown = saidBy(slot);
	if (known !== undefined) return known;
	const { read } = headerName(name);
	return read ? keepSaid(slot, read(slot.raw)) : UNKNOWN;
}
