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
	readonly #head: Uint8Array;
	readonly #tail: Uint8Array;

	/** @param frame the request; without one, or without `<Request>` in it, answers are bare. */
	constructor(frame?: RequestFrame) {
		const bytes = frame?.bytes ?? new Uint8Array(0);
		let cut = frame?.requestEnd ?? 0;
		while (cut > 0 && cut < bytes.length && isWhiteSpace(bytes[cut] ?? 0)) cut += 1;
		this.#head = bytes.subarray(0, cut);
		this.#tail = bytes.subarray(cut);
	}

	/**
	 * One answer, ready to be sent.
	 *
	 * @param first lines before those of the result, each with its indent and CRLF.
	 */
	write(result: CallResult, first = ""): Uint8Array {
		const lines = first + resultLines(result);
		const head = this.#head;
		const tail = this.#tail;
		if (head.length === 0) return Buffer.from(`<Response>\r\n${lines}</Response>`);
		const answer = this.#inBytes(`\r\n  <Response>\r\n${lines}  </Response>\r\n`);
		const bytes = Buffer.allocUnsafe(head.length + answer.length + tail.length);
		bytes.set(head);
		bytes.write(answer, head.length, "latin1");
		bytes.set(tail, head.length + answer.length);
		return bytes;
	}

	/**
	 * Our own lines, a character for each byte, to go with the client's bytes as they came: in the encoding that its
	 * declaration names.
	 */
	#inBytes(answer: string): string {
		if (isAscii(answer)) return answer;
		if (!isForeign(declaredEncoding(latin1Text(this.#head)))) return latin1Text(Buffer.from(answer));
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
