import { MadeOfResults } from "../call/results.ts";
import type { CallResult } from "../call/types.ts";
import { isAscii, isWhiteSpace, toXmlText } from "./characters.ts";
import { declaredEncoding, isForeign } from "./encoding.ts";
import type { RequestFrame } from "./framer.ts";

const ESCAPES: Readonly<Record<string, string>> = {
	"&": "&amp;",
	"<": "&lt;",
	">": "&gt;",
	"\r": "&#13;",
};
/** Printable ASCII without what is escaped. */
const PLAIN = /^[ -%'-;=?-~]*$/;
const TO_ESCAPE = /[&<>\r]/g;
const BEYOND_ASCII = /[\u0080-\u{10FFFF}]/gu;

/** Text for an XML element; characters that XML does not know become U+FFFD. */
export function escapeXml(text: string): string {
	if (PLAIN.test(text)) return text;
	return toXmlText(text).replace(TO_ESCAPE, (char) => ESCAPES[char] ?? char);
}

/**
 * Makes the answers to one request: its text up to the end of `</Request>` and the white space
 * after it, the result, and the rest of its text, so that the client finds its own elements again.
 */
export class AnswerWriter {
	readonly #head: string;
	readonly #tail: string;

	/** @param frame the request; without one, or without `<Request>` in it, answers are bare. */
	constructor(frame?: RequestFrame) {
		const text = frame?.text ?? "";
		let cut = frame?.requestEnd ?? 0;
		while (cut > 0 && cut < text.length && isWhiteSpace(text.charCodeAt(cut))) cut += 1;
		this.#head = text.slice(0, cut);
		this.#tail = text.slice(cut);
	}

	/**
	 * One answer, ready to be sent, in pieces with a character for each byte.
	 *
	 * @param first lines before those of the result, each with its indent and CRLF.
	 */
	write(result: CallResult, first = ""): readonly string[] {
		if (this.#head === "") return [utf8(`<Response>\r\n${first}${resultLines(result)}</Response>`)];
		return [this.#head, this.#inBytes(response(result, first)), this.#tail];
	}

	/**
	 * Our own lines, a character for each byte, to go with the client's bytes as they came: in the encoding that its
	 * declaration names.
	 */
	#inBytes(answer: string): string {
		if (isAscii(answer)) return answer;
		if (!isForeign(declaredEncoding(this.#head))) return utf8(answer);
		return answer.replace(BEYOND_ASCII, (char) => `&#${char.codePointAt(0)};`);
	}
}

/** The line with the id of a call. */
export function idLine(id: string): string {
	return `    <Id>${escapeXml(id)}</Id>\r\n`;
}

/** A text in UTF-8, with a character for each byte. */
function utf8(text: string): string {
	return Buffer.from(text).toString("latin1");
}

const usualResponses = new MadeOfResults((result) => inRoot(resultLines(result)));

/** The response to a request, as it stands in its root. */
function response(result: CallResult, first: string): string {
	const isUsual = first === "" && !result.translated;
	return isUsual ? usualResponses.of(result) : inRoot(first + resultLines(result));
}

function inRoot(lines: string): string {
	return `\r\n  <Response>\r\n${lines}  </Response>\r\n`;
}

function resultLines(result: CallResult): string {
	const { code, leg, text, translated } = result;
	const legAttribute = leg ? ` Leg="${leg}"` : "";
	const line = `    <Result Code="${code}"${legAttribute}>${escapeXml(text)}</Result>\r\n`;
	if (!translated) return line;
	return (
		`    <TranslatedInitiator>${escapeXml(translated.initiator)}</TranslatedInitiator>\r\n` +
		`    <TranslatedDestination>${escapeXml(translated.destination)}</TranslatedDestination>\r\n${line}`
	);
}
