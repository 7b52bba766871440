import { IncomingRequestMessage, IncomingResponseMessage } from "../sipjs/core.ts";
import type { URI } from "../sipjs/grammar.ts";
import { type Headers, keepSaid, saidBy } from "../sipjs/header-slots.ts";
import { headerName } from "./header-names.ts";
import { readUri } from "./uri-reader.ts";

/**
 * A request created by the reader. A header lookup needs no work on its name, and values the reader can parse
 * never reach SIP.js's grammar, which takes milliseconds. What every message has is parsed when it is asked for,
 * which is hardly ever: the reader has found it well-formed, and taken the tags and the branch from it.
 */
export class WireRequest extends IncomingRequestMessage {
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
		return this.headers[headerName(name).name]?.[0]?.raw;
	}
	override getHeaders(name: string): string[] {
		return rawValues(this.headers, name);
	}
	override hasHeader(name: string): boolean {
		return this.headers[headerName(name).name] !== undefined;
	}
	/** The value in SIP.js's shape; undefined if missing or malformed. */
	override parseHeader(name: string, index = 0): unknown {
		return parsedValue(this.headers, name, index, () => super.parseHeader(name, index));
	}
}

/** A response created by the reader; see {@link WireRequest}. */
export class WireResponse extends IncomingResponseMessage {
	static {
		parseWhenAsked(WireResponse.prototype);
	}

	override getHeader(name: string): string | undefined {
		return this.headers[headerName(name).name]?.[0]?.raw;
	}
	override getHeaders(name: string): string[] {
		return rawValues(this.headers, name);
	}
	override hasHeader(name: string): boolean {
		return this.headers[headerName(name).name] !== undefined;
	}
	/** The value in SIP.js's shape; undefined if missing or malformed. */
	override parseHeader(name: string, index = 0): unknown {
		return parsedValue(this.headers, name, index, () => super.parseHeader(name, index));
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

function rawValues(headers: Headers, name: string): string[] {
	return headers[headerName(name).name]?.map((value) => value.raw) ?? [];
}

function parsedValue(headers: Headers, name: string, index: number, askGrammar: () => unknown): unknown {
	const header = headerName(name);
	const slot = headers[header.name]?.[index];
	if (!slot) return undefined;
	const known: unknown = saidBy(slot);
	if (known !== undefined) return known;
	return header.read ? keepSaid(slot, header.read(slot.raw)) : askGrammar();
}
