/**
 * Takes out of a telephone number what only makes it readable: separators, marks of writing direction, the trunk prefix
 * in `+49 (0)30 …`; reads `tel:` URIs (RFC 3966). Whatever is not plainly a telephone number is returned as it is: SIP
 * URIs, names, IPv4 addresses.
 *
 * Each function of this file stands alone but for the others: CLEAN_NUMBER_SCRIPT takes their text to browsers.
 *
 * @returns digits, `*` and `#`, with a `+` in front where there is one; or `typed`.
 */
export function cleanNumber(typed: string): string {
	if (/^sips?:/i.test(typed)) return typed;
	const plain = plainCharacters(typed);
	const subscriber = telSubscriber(plain);
	const text = subscriber ?? plain;
	const number = /^[( ]*(?:\+[( ]*)?(?=.*\d)[\d*#](?:[\d ()/.-]|[*#]\+?)*(?<=[\d*#)])$/;
	if (!number.test(text) || (subscriber === undefined && mayBeName(text))) return typed;
	// The 0 is dialled inside the country only; Italy and San Marino have one that belongs to the number.
	const trunkPrefix = /^([( ]*(?:\+|00)[ ()/.-]*(?!39\D|378\D)(?:\d[ ()/.-]*){1,3})\( *0 *\)/;
	return text.replace(trunkPrefix, "$1").replace(/[ ()/.-]/g, "");
}

/** The text without invisible characters, and with the ASCII form of what looks like digits and separators. */
function plainCharacters(text: string): string {
	return text
		.replace(/[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g, "")
		.replace(/\p{Nd}/gu, decimalValue)
		.replace(/[\t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]/g, " ")
		.replace(/[\u058a\u05be\u2010-\u2015\u2043\u2212\u30fc\ufe58\ufe63\uff0d]/g, "-")
		.replace(/[\u2044\u2215\uff0f]/g, "/")
		.replace(/[\u00b7\u2024\uff0e]/g, ".")
		.replace(/[[\uff08\uff3b]/g, "(")
		.replace(/[\]\uff09\uff3d]/g, ")")
		.replace(/[\ufe62\uff0b]/g, "+")
		.replace(/[\u2217\uff0a]/g, "*")
		.replace(/\uff03/g, "#")
		.replace(/^ +| +$/g, "");
}

/** The ASCII form of a decimal digit of any script: Unicode has each script's ten in a row, from 0 on. */
function decimalValue(digit: string): string {
	const code = digit.codePointAt(0) ?? 0;
	let before = 0;
	while (/\p{Nd}/u.test(String.fromCodePoint(code - before - 1))) before += 1;
	return String(before % 10);
}

/**
 * The number in a `tel:` URI; undefined when the text is none. An extension is not dialled with its number, and a
 * local number is not one that the digits of its phone-context come before (RFC 3966 sections 5.1.5 and 5.3).
 */
function telSubscriber(text: string): string | undefined {
	// Other programs write tel:// as well.
	const [, escaped] = /^tel: *\/* *([^;?]*)/i.exec(text) ?? [];
	if (escaped === undefined) return undefined;
	try {
		return plainCharacters(decodeURIComponent(escaped));
	} catch {
		return undefined;
	}
}

/** Whether a text that looks like a number may be the name of a phone, such as 20-1, or an IPv4 address. */
function mayBeName(text: string): boolean {
	if (/^(?:(?:0|[1-9]\d?|1\d\d|2[0-4]\d|25[0-5])(?:\.(?!$)|$)){4}$/.test(text)) return true;
	return !text.includes("+") && /[()/.-]/.test(text) && text.replace(/\D/g, "").length < 6;
}

/** The text of a function `cleanNumber` for scripts of browsers. */
export const CLEAN_NUMBER_SCRIPT = `const cleanNumber = (() => {
${[cleanNumber, plainCharacters, decimalValue, telSubscriber, mayBeName].join("\n")}
return ${cleanNumber.name};
})();
`;
