/** The few pieces of DER (X.690) that certificates are written with; each returns a whole element. */

const LONG_FORM = 0x80;

/** An element with a tag and what it contains. */
export function element(tag: number, ...content: readonly Uint8Array[]): Uint8Array {
	const body = Buffer.concat(content);
	return Buffer.concat([Buffer.from([tag, ...lengthOf(body.length)]), body]);
}

export function sequence(...content: readonly Uint8Array[]): Uint8Array {
	return element(0x30, ...content);
}

export function set(...content: readonly Uint8Array[]): Uint8Array {
	return element(0x31, ...content);
}

/** @param bytes big-endian, not negative. */
export function integer(bytes: Uint8Array): Uint8Array {
	const start = bytes.findIndex((byte) => byte !== 0);
	const digits = start < 0 ? Buffer.from([0]) : bytes.subarray(start);
	return element(0x02, ...((digits[0] ?? 0) >= 0x80 ? [Buffer.from([0])] : []), digits);
}

/** @param dotted such as `2.5.4.3`. */
export function objectIdentifier(dotted: string): Uint8Array {
	const [first = 0, second = 0, ...others] = dotted.split(".").map(Number);
	return element(0x06, Buffer.from([first * 40 + second, ...others.flatMap(base128)]));
}

export function utf8String(text: string): Uint8Array {
	return element(0x0c, Buffer.from(text));
}

export function octetString(...content: readonly Uint8Array[]): Uint8Array {
	return element(0x04, ...content);
}

/** @param unused bits at the end of the last byte that do not count. */
export function bitString(bytes: Uint8Array, unused = 0): Uint8Array {
	return element(0x03, Buffer.from([unused]), bytes);
}

export function trueValue(): Uint8Array {
	return element(0x01, Buffer.from([0xff]));
}

/** To the second. @param time milliseconds since 1970; UTCTime before 2050, as RFC 5280 section 4.1.2.5 wants it. */
export function time(time: number): Uint8Array {
	const digits = `${new Date(time).toISOString().replace(/\D/g, "").slice(0, 14)}Z`;
	return digits < "2050" ? element(0x17, Buffer.from(digits.slice(2))) : element(0x18, Buffer.from(digits));
}

function lengthOf(length: number): number[] {
	if (length < LONG_FORM) return [length];
	const bytes: number[] = [];
	for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
	return [LONG_FORM + bytes.length, ...bytes];
}

function base128(value: number): number[] {
	const groups = [value % 128];
	for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128))
		groups.unshift(128 + (rest % 128));
	return groups;
}
