import { IncomingRequestMessage, IncomingResponseMessage } from "../sipjs/core.ts";
import { type Headers, keepSaid, saidBy } from "../sipjs/header-slots.ts";
import { headerName } from "./header-names.ts";

/**
 * A request created by the reader. A header lookup needs no work on its name, and values the reader can parse
 * never reach SIP.js's grammar, which takes milliseconds.
 */
export class WireRequest extends IncomingRequestMessage {
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
