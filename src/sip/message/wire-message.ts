import { IncomingRequestMessage, IncomingResponseMessage } from "../sipjs/core.ts";
import { headerName } from "./header-names.ts";

/** Header values by SIP.js's key. */
export type Headers = IncomingRequestMessage["headers"];

/**
 * A request as the reader makes it. Looking up a header costs no work on its name, and no parsed
 * value that the reader knows is left to SIP.js's grammar, which takes milliseconds.
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
	/** The value in SIP.js's shape; undefined when it is missing or malformed. */
	override parseHeader(name: string, index = 0): unknown {
		return parsedValue(this.headers, name, index, () => super.parseHeader(name, index));
	}
}

/** A response as the reader makes it; see {@link WireRequest}. */
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
	/** The value in SIP.js's shape; undefined when it is missing or malformed. */
	override parseHeader(name: string, index = 0): unknown {
		return parsedValue(this.headers, name, index, () => super.parseHeader(name, index));
	}
}

function rawValues(headers: Headers, name: string): string[] {
	return headers[headerName(name).name]?.map((value) => value.raw) ?? [];
}

/** SIP.js takes 0 for "not parsed yet" and would ask its grammar each time. */
function parsedValue(headers: Headers, name: string, index: number, askGrammar: () => unknown): unknown {
	const header = headerName(name);
	const value = headers[header.name]?.[index];
	if (!value) return undefined;
	const known: unknown = value.parsed;
	if (known !== undefined) return known;
	if (!header.read) return askGrammar();
	value.parsed = header.read(value.raw);
	return value.parsed;
}
