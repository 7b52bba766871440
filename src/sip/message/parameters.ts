import { isBlank, isOf, skipBlanks, skipQuoted, slice, TOKEN } from "./chars.ts";

const SEMICOLON = 0x3b;
const EQUALS = 0x3d;
const QUOTE = 0x22;

/** Parameters by lower-case name; null for one without a value. */
export type ParameterMap = Record<string, string | null>;

/**
 * Reads `;name=value` parameters (generic-param, RFC 3261 section 25.1) from `start` to the end.
 * Values keep their spelling, including quotes, as in SIP.js; of a repeated name, the last counts. An empty
 * parameter, as in `;;` or at the end, is skipped, and an empty value counts as no value: phones send both.
 *
 * @returns undefined for anything else.
 */
export function readParameters(text: string, start: number): ParameterMap | undefined {
	const parameters: ParameterMap = {};
	let at = skipBlanks(text, start);
	while (at < text.length) {
		if (text.charCodeAt(at) !== SEMICOLON) return undefined;
		const nameStart = skipBlanks(text, at + 1);
		const nameEnd = tokenEnd(text, nameStart);
		if (nameEnd === nameStart) {
			if (nameStart < text.length && text.charCodeAt(nameStart) !== SEMICOLON) return undefined;
			at = nameStart;
			continue;
		}
		const name = text.substring(nameStart, nameEnd).toLowerCase();
		at = skipBlanks(text, nameEnd);
		if (text.charCodeAt(at) !== EQUALS) {
			parameters[name] = null;
			continue;
		}
		const valueStart = skipBlanks(text, at + 1);
		const valueEnd = endOfValue(text, valueStart);
		if (valueEnd < valueStart) return undefined;
		parameters[name] = valueEnd === valueStart ? null : text.substring(valueStart, valueEnd);
		at = skipBlanks(text, valueEnd);
	}
	return parameters;
}

function tokenEnd(text: string, start: number): number {
	let at = start;
	while (isOf(text.charCodeAt(at), TOKEN)) at++;
	return at;
}

/**
 * The end of a gen-value, accepting also base64 with its `=` and anything else that is unambiguous.
 */
function endOfValue(text: string, start: number): number {
	if (text.charCodeAt(start) === QUOTE) return skipQuoted(text, start);
	let at = start;
	while (at < text.length && !endsValue(text.charCodeAt(at))) at++;
	return at;
}

/** Blanks, control characters and `"` `,` `;` `<` `>`. */
function endsValue(code: number): boolean {
	return (
		code <= 0x20 ||
		code === SEMICOLON ||
		code === QUOTE ||
		code === 0x2c ||
		code === 0x3c ||
		code === 0x3e ||
		code === 0x7f
	);
}

/**
 * The position of the `;` after the parameter that starts at `start`, or the end of the text.
 *
 * @returns -1 if a quoted string is not closed.
 */
export function parameterEnd(text: string, start: number): number {
	let at = start;
	while (at < text.length) {
		const code = text.charCodeAt(at);
		if (code === SEMICOLON) return at;
		at = code === QUOTE ? skipQuoted(text, at) : at + 1;
		if (at < 0) return -1;
	}
	return at;
}

/**
 * Splits a header value at the commas between its elements, ignoring those in quoted strings and angle
 * brackets (RFC 3261 section 7.3.1).
 *
 * @returns the trimmed elements; a missing one is an empty string.
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

/** The position of the first blank from `start`, or the end of the text. */
export function blankAfter(text: string, start: number): number {
	let at = start;
	while (at < text.length && !isBlank(text.charCodeAt(at))) at++;
	return at;
}
