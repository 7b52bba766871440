import type { CallResult } from "../call/types.ts";
import { isAscii, isWhiteSpace, latin1Text, toXmlText } from "./characters.ts";
import { declaredEncoding, isForeign } from "./encoding.ts";
import type { RequestFrame } from "./framer.ts";

const ESCAPES: Readonly<Record<string, string>> = {
	"&": "&amp;",
	"<": "&lt;",
	">": "&gt;",
	"\r": "&#13;",
};
const TO_ESCAPE = /[&<>\r]/g;
const BEYOND_ASCII = /[\u0080-\u{10FFFF}]/gu;

/** Text for an XML element; characters that XML does not know become U+FFFD. */
export function escapeXml(text: string): string {
	return toXmlText(text).replace(TO_ESCAPE, (char) => ESCAPES[char] ?? char);
}

/**
 * Makes the answers to one request: its text up to the end of `</Request>` and the white space
 * after it, the result, and the rest of its text, so that the client finds its own elements again.
 */
export class AnswerWriter {
	/** A character for each byte, as all that goes into an answer. */
	readonly #head: string;
	readonly #tail: string;

	/** @param frame the request; without one, or without `<Request>` in it, answers are bare. */
	constructor(frame?: RequestFrame) {
		const bytes = frame?.bytes ?? new Uint8Array(0);
		let cut = frame?.requestEnd ?? 0;
		while (cut > 0 && cut < bytes.length && isWhiteSpace(bytes[cut] ?? 0)) cut += 1;
		const text = latin1Text(bytes);
		this.#head = text.slice(0, cut);
		this.#tail = text.slice(cut);
	}

	/**
	 * One answer, ready to be sent.
	 *
	 * @param first lines before those of the result, each with its indent and CRLF.
	 */
	write(result: CallResult, first = ""): Uint8Array {
		const lines = first + resultLines(result);
		if (this.#head === "") return Buffer.from(`<Response>\r\n${lines}</Response>`);
		const answer = `\r\n  <Response>\r\n${lines}  </Response>\r\n`;
		return Buffer.from(this.#head + this.#inBytes(answer) + this.#tail, "latin1");
	}

	/** Our own lines, to go with the client's bytes as they came: in the encoding that its declaration names. */
	#inBytes(answer: string): string {
		if (isAscii(answer)) return answer;
		if (!isForeign(declaredEncoding(this.#head))) return latin1Text(Buffer.from(answer));
		return answer.replace(BEYOND_ASCII, (char) => `&#${char.codePointAt(0)};`);
	}
}

/** The line with the id of a call. */
export function idLine(id: string): string {
	return `    <Id>${escapeXml(id)}</Id>\r\n`;
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
