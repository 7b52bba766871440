import { IncomingRequestMessage, IncomingResponseMessage } from "../sipjs/core.ts";
import type { URI } from "../sipjs/grammar.ts";
import { type HeaderSlot, keepSaid, saidBy } from "../sipjs/header-slots.ts";
import { withoutConstructor } from "../sipjs/without-constructor.ts";
import { HeaderFields } from "./header-fields.ts";
import { headerName } from "./header-names.ts";
import { readUri } from "./uri-reader.ts";

const NO_FIELDS = new HeaderFields("", 0, [], {});

/** SIP.js declares that a message has tags, but its own parser leaves out those that are not there. */
const ABSENT = undefined as unknown as string;

/**
 * A request created by the reader. A header lookup needs no work on its name, and values the reader can parse
 * never reach SIP.js's grammar, which takes milliseconds. What every message has is parsed when it is asked for,
 * which is hardly ever: the reader has found it well-formed, and taken the tags and the branch from it.
 */
export class WireRequest extends withoutConstructor(IncomingRequestMessage) {
	declare fields: HeaderFields;
	declare uri: URI | string | undefined;

	static {
		giveWhenAsked(WireRequest.prototype);
		Object.defineProperty(WireRequest.prototype, "ruri", {
			get(this: WireRequest): URI | undefined {
				if (typeof this.uri === "string") this.uri = readUri(this.uri);
				return this.uri;
			},
			set(this: WireRequest, uri: URI | undefined) {
				this.uri = uri;
			},
		});
	}

	// What a constructor itself assigns has its place from the start: an object that grows is copied again and again.
	constructor() {
		super();
		this.fields = NO_FIELDS;
		this.uri = undefined;
		this.method = "";
		this.callId = "";
		this.cseq = 0;
		this.viaBranch = "";
		this.fromTag = ABSENT;
		this.toTag = ABSENT;
		this.body = "";
	}

	/** Sets the Request-URI. @param uri that is well-formed, and parsed when asked for. */
	setRequestUri(uri: string): void {
		this.uri = uri;
	}

	override getHeader(name: string): string | undefined {
		return this.fields.first(headerName(name));
	}
	override getHeaders(name: string): string[] {
		return this.fields.values(headerName(name));
	}
	override hasHeader(name: string): boolean {
		return this.fields.count(headerName(name)) > 0;
	}
	/** The value in SIP.js's shape; undefined if missing or malformed. */
	override parseHeader(name: string, index = 0): unknown {
		const value = parsedValue(this.fields, name, index);
		return value === UNKNOWN ? super.parseHeader(name, index) : value;
	}
}

/** A response created by the reader; see {@link WireRequest}. */
export class WireResponse extends withoutConstructor(IncomingResponseMessage) {
	declare fields: HeaderFields;

	static {
		giveWhenAsked(WireResponse.prototype);
	}

	constructor() {
		super();
		this.fields = NO_FIELDS;
		this.statusCode = 0;
		this.reasonPhrase = "";
		this.method = "";
		this.callId = "";
		this.cseq = 0;
		this.viaBranch = "";
		this.fromTag = ABSENT;
		this.toTag = ABSENT;
		this.body = "";
	}

	override getHeader(name: string): string | undefined {
		return this.fields.first(headerName(name));
	}
	override getHeaders(name: string): string[] {
		return this.fields.values(headerName(name));
	}
	override hasHeader(name: string): boolean {
		return this.fields.count(headerName(name)) > 0;
	}
	/** The value in SIP.js's shape; undefined if missing or malformed. */
	override parseHeader(name: string, index = 0): unknown {
		const value = parsedValue(this.fields, name, index);
		return value === UNKNOWN ? super.parseHeader(name, index) : value;
	}
}

/** Whether a response came to us by mistake: it has more than one Via (RFC 3261 section 8.1.3.3). */
export function isMisdirected(response: IncomingResponseMessage): boolean {
	return (
		(response instanceof WireResponse ? response.fields.count(VIA) : response.getHeaders("via").length) > 1
	);
}

const VIA = headerName("Via");

/** Gives all messages of a class the fields that SIP.js's parser would fill in. */
function giveWhenAsked(messages: WireRequest | WireResponse): void {
	for (const [field, header] of Object.entries({ from: "From", to: "To", via: "Via" })) {
		Object.defineProperty(messages, field, {
			get(this: typeof messages): unknown {
				return this.parseHeader(header);
			},
		});
	}
	Object.defineProperty(messages, "data", {
		get(this: typeof messages): string {
			return this.fields.startLine;
		},
	});
	Object.defineProperty(messages, "headers", {
		get(this: typeof messages): HeaderFields["all"] {
			return this.fields.all;
		},
	});
}

/** The value is known to SIP.js's grammar only. */
const UNKNOWN = Symbol("unknown");

function parsedValue(fields: HeaderFields, name: string, index: number): unknown {
	const header = headerName(name);
	const slot: HeaderSlot | undefined = fields.slots(header)?.[index];
	if (!slot) return undefined;
	const known: unknown = saidBy(slot);
	if (known !== undefined) return known;
	return header.read ? keepSaid(slot, header.read(slot.raw)) : UNKNOWN;
}
