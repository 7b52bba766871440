import { isAllOf, isBlank, skipBlanks, skipQuoted, slice, TOKEN } from "./chars.ts";

/** Parameters by lower-case name; null for one without a value. */
export type ParameterMap = Record<string, string | null>;

/**
 * Reads `;name=value` parameters (generic-param, RFC 3261 section 25.1) from `start` to the end.
 * Values keep their spelling, quotes included, as SIP.js keeps them; the last of a repeated name counts.
 *
 * @returns undefined when something else stands there.
 */
export function readParameters(text: string, start: number): ParameterMap | undefined {
	const parameters: ParameterMap = {};
	let at = skipBlanks(text, start);
	while (at < text.length) {
		if (text.charCodeAt(at) !== 0x3b) return undefined;
		const end = parameterEnd(text, at + 1);
		if (end < 0 || !readParameter(text, at + 1, end, parameters)) return undefined;
		at = end;
	}
	return parameters;
}

/**
 * The position of the `;` that ends the parameter which begins at `start`, or the end of the text.
 *
 * @returns -1 when a quoted string is not closed.
 */
export function parameterEnd(text: string, start: number): number {
	let at = start;
	while (at < text.length) {
		const code = text.charCodeAt(at);
		if (code === 0x3b) return at;
		at = code === 0x22 ? skipQuoted(text, at) : at + 1;
		if (at < 0) return -1;
	}
	return at;
}

function readParameter(text: string, start: number, end: number, into: ParameterMap): boolean {
	const parameter = text.substring(start, end);
	const equals = parameter.indexOf("=");
	const name = slice(parameter, 0, equals < 0 ? parameter.length : equals);
	if (!isAllOf(name, TOKEN)) return false;
	const value = equals < 0 ? null : slice(parameter, equals + 1, parameter.length);
	if (value !== null && !isValue(value)) return false;
	into[name.toLowerCase()] = value;
	return true;
}

/** gen-value, and a little more: base64 with its `=`, and what else cannot be taken for something else. */
function isValue(value: string): boolean {
	if (value.charCodeAt(0) === 0x22) return skipQuoted(value, 0) === value.length;
	for (let at = 0; at < value.length; at++) {
		const code = value.charCodeAt(at);
		if (code <= 0x20 || code === 0x22 || code === 0x2c || code === 0x3c || code === 0x3e || code === 0x7f)
			return false;
	}
	return value.length > 0;
}

/**
 * Cuts a header value at the commas that separate its elements: not those in quoted strings, nor in
 * angle brackets (RFC 3261 section 7.3.1).
 *
 * @returns the elements without blanks around them; one that is missing is an empty string.
 */
export function splitList(value: string): string[] {
	if (!value.includes(",")) return [value];
	const elements: string[] = [];
	let start = 0;
	let inBrackets = false;
	for (let at = 0; at < value.length; at++) {
		const code = value.charCodeAt(at);
		if (code === 0x22 && !inBrackets) {
			const end = skipQuoted(value, at);
			if (end < 0) break;
			at = end - 1;
		} else if (code === 0x3c) {
			inBrackets = true;
		} else if (code === 0x3e) {
			inBrackets = false;
		} else if (code === 0x2c && !inBrackets) {
			elements.push(slice(value, start, at));
			start = at + 1;
		}
	}
	elements.push(slice(value, start, value.length));
	return elements;
}

/** The position of the first blank from `start` on, or the end of the text. */
export function blankAfter(text: string, start: number): number {
	let at = start;
	while (at < text.length && !isBlank(text.charCodeAt(at))) at++;
	return at;
}
