import type { BadRequest } from "./bad-request.ts";
import { bad, PARSE_ERROR } from "./bad-request.ts";
import type { Broken } from "./broken.ts";

/** A stream whose characters are of two or four bytes: its tags cannot be found. */
export const NO_UTF_8: Broken = {
	broken: "its encoding is UTF-16 or UTF-32",
	text: "Unsupported encoding: expected UTF-8, or one that the XML declaration names and that extends ASCII",
};

const QUOTED = `(?:"[^"<]*"|'[^'<]*')`;
const SPACE = "[ \\t\\r\\n]";
/** The start of an XML declaration (section 2.8 of the recommendation) up to its encoding. */
const DECLARATION = new RegExp(
	`^<\\?xml${SPACE}+version${SPACE}*=${SPACE}*${QUOTED}${SPACE}+encoding${SPACE}*=${SPACE}*(${QUOTED})`,
);

const UTF_8 = "utf-8";
/** Marks of UTF-8 and of encodings with wider characters, which a declaration that can be read as ASCII is not in. */
const AS_UTF_8 = new Set([UTF_8, "utf-16le", "utf-16be"]);
/** Its letters are bytes of ASCII that mean something else: tags cannot be found. */
const NO_ASCII = "iso-2022-jp";

/** The encoding that a request declares, as it is written; undefined when it declares none. @param text a character for each byte. */
export function declaredEncoding(text: string): string | undefined {
	return DECLARATION.exec(text)?.[1]?.slice(1, -1);
}

/**
 * The text of a request in the encoding that it declares, UTF-8 when it declares none. Programs that keep texts in
 * UTF-16 declare that although they send UTF-8: as the tags were found, it is UTF-8.
 *
 * @param declared what its declaration names.
 */
export function decodeRequest(bytes: Uint8Array, declared: string | undefined): string | BadRequest {
	const decoder = decoderOf(declared ?? UTF_8);
	if (!decoder) return bad(`Unsupported encoding: ${declared}`);
	try {
		return decoder.decode(bytes);
	} catch {
		return declared === undefined
			? bad(PARSE_ERROR)
			: bad(`Wrong encoding: the request is not in ${declared}`);
	}
}

/** Whether an encoding is not UTF-8, so that characters beyond ASCII have to be written as references. */
export function isForeign(declared: string | undefined): boolean {
	return declared !== undefined && decoderOf(declared)?.encoding !== UTF_8;
}

function decoderOf(label: string): TextDecoder | undefined {
	try {
		const decoder = new TextDecoder(label as "utf-8", { fatal: true, ignoreBOM: true });
		if (decoder.encoding === NO_ASCII) return undefined;
		return AS_UTF_8.has(decoder.encoding) && decoder.encoding !== UTF_8 ? decoderOf(UTF_8) : decoder;
	} catch {
		return undefined;
	}
}
