import type { Broken } from "./broken.ts";
import { isWhiteSpace } from "./characters.ts";
import { NO_UTF_8 } from "./encoding.ts";
import { Nesting } from "./nesting.ts";
import { PartCounter } from "./request-limits.ts";

/** What a byte meant: nothing to report, the end of `<Request>` or an order, the end of the root, or the end of all sense. */
export type Step = "more" | "request-end" | "order-end" | "done" | Broken;

type State =
	| "content"
	| "tag-open"
	| "start-name"
	| "start-tag"
	| "quoted"
	| "end-name"
	| "end-tag"
	| "declaration"
	| "skipped";

const LT = 0x3c;
const GT = 0x3e;
const SLASH = 0x2f;
const BANG = 0x21;
const QUESTION = 0x3f;
const DASH = 0x2d;
const BRACKET = 0x5d;
const AMPERSAND = 0x26;
const DOUBLE_QUOTE = 0x22;
const SINGLE_QUOTE = 0x27;
const COMMENT = "--";
const CDATA = "[CDATA[";

/**
 * Finds the end of one XML document, byte by byte. It knows tags, attributes, comments, CDATA
 * sections and processing instructions as far as that takes; whether the document is well-formed
 * is for the XML parser to say. A `<` where none may stand starts a new tag, so that a quote left
 * open does not swallow what follows.
 */
export class Lexer {
	readonly #nesting = new Nesting();
	readonly #parts = new PartCounter();
	#state: State = "content";
	/** Name of the tag being read, a number for each byte. */
	readonly #name: number[] = [];
	/** The start of a declaration. */
	#declared = "";
	#quote = 0;
	#selfClosing = false;
	/** A comment, CDATA section or instruction ends at `>` after `#endRun` bytes `#endByte`. */
	#endByte = 0;
	#endRun = 0;
	#run = 0;

	/** False once the document cannot be well-formed any more. */
	get sound(): boolean {
		return this.#nesting.sound;
	}

	/** Of what the document has too much to be parsed, as a sentence. */
	get excess(): string | undefined {
		return this.#parts.excess;
	}

	/** Takes the next byte; the first one is the first `<`. */
	step(byte: number): Step {
		switch (this.#state) {
			case "content":
				return this.#content(byte);
			case "tag-open":
				return this.#tagOpen(byte);
			case "start-name":
				return this.#startName(byte);
			case "start-tag":
				return this.#startTag(byte);
			case "quoted":
				if (byte === LT) return this.#restart();
				if (byte === this.#quote) this.#state = "start-tag";
				else if (byte === AMPERSAND) this.#parts.count("references");
				return "more";
			case "end-name":
			case "end-tag":
				return this.#endTag(byte);
			case "declaration":
				return this.#declaration(byte);
			case "skipped":
				return this.#skipped(byte);
		}
	}

	#content(byte: number): Step {
		if (byte === LT) this.#state = "tag-open";
		else if (byte === AMPERSAND && this.#nesting.rooted) this.#parts.count("references");
		else if (!this.#nesting.rooted && !isWhiteSpace(byte)) return { broken: "text before the root element" };
		return "more";
	}

	#tagOpen(byte: number): Step {
		this.#name.length = 0;
		this.#declared = "";
		this.#selfClosing = false;
		if (byte === SLASH) this.#state = "end-name";
		else if (byte === BANG) this.#state = "declaration";
		else if (byte === QUESTION) this.#skipTo(QUESTION, 1);
		else if (byte === 0 && !this.#nesting.rooted) return NO_UTF_8;
		else if (byte === LT) return this.#damage("tag-open");
		else if (byte === GT || isWhiteSpace(byte)) return this.#damage("content");
		else {
			this.#name.push(byte);
			this.#state = "start-name";
		}
		return "more";
	}

	#startName(byte: number): Step {
		if (byte !== GT && byte !== SLASH && byte !== LT && !isWhiteSpace(byte)) {
			this.#name.push(byte);
			return "more";
		}
		this.#state = "start-tag";
		return this.#startTag(byte);
	}

	#startTag(byte: number): Step {
		if (byte === LT) return this.#restart();
		if (byte === GT) return this.#closeStartTag();
		this.#selfClosing = byte === SLASH;
		if (byte === DOUBLE_QUOTE || byte === SINGLE_QUOTE) {
			this.#quote = byte;
			this.#state = "quoted";
			this.#parts.count("attributes");
		}
		return "more";
	}

	/** A `<` inside a start tag: the tag counts as open, a new one begins. */
	#restart(): Step {
		this.#nesting.start(textOf(this.#name));
		return this.#damage("tag-open");
	}

	#closeStartTag(): Step {
		this.#state = "content";
		this.#parts.count("elements");
		if (!this.#nesting.start(textOf(this.#name))) return { broken: "elements nested too deep" };
		return this.#selfClosing ? this.#closeElement() : "more";
	}

	#endTag(byte: number): Step {
		if (byte === GT) {
			this.#state = "content";
			return this.#nesting.rooted ? this.#closeElement() : { broken: "an end tag before the root element" };
		}
		if (byte === LT) return this.#damage("tag-open");
		if (isWhiteSpace(byte)) this.#state = "end-tag";
		else if (this.#state === "end-name") this.#name.push(byte);
		else return this.#damage("end-tag");
		return "more";
	}

	#closeElement(): Step {
		const closed = this.#nesting.end(textOf(this.#name));
		if (closed === "root") return "done";
		if (closed === "other") return "more";
		return closed === "request" ? "request-end" : "order-end";
	}

	#declaration(byte: number): Step {
		this.#declared += String.fromCharCode(byte);
		if (this.#declared === COMMENT) this.#skipTo(DASH, 2);
		else if (this.#declared === CDATA && this.#nesting.rooted) this.#skipTo(BRACKET, 2);
		else if (!COMMENT.startsWith(this.#declared) && !CDATA.startsWith(this.#declared)) {
			return { broken: "a document type declaration" };
		} else if (this.#declared === CDATA) return { broken: "text before the root element" };
		return "more";
	}

	#skipTo(endByte: number, endRun: number): void {
		this.#state = "skipped";
		this.#parts.count("asides");
		this.#endByte = endByte;
		this.#endRun = endRun;
		this.#run = 0;
	}

	#skipped(byte: number): Step {
		if (byte === this.#endByte) this.#run += 1;
		else if (byte === GT && this.#run >= this.#endRun) this.#state = "content";
		else this.#run = 0;
		return "more";
	}

	#damage(next: State): Step {
		if (!this.#nesting.rooted) return { broken: "text before the root element" };
		this.#nesting.damage();
		this.#state = next;
		return "more";
	}
}

/** The names that requests consist of are shorter; a call with very many arguments may fail. */
const USUAL_LENGTH = 64;

/** A character for each byte. */
function textOf(name: readonly number[]): string {
	if (name.length <= USUAL_LENGTH) return String.fromCharCode(...name);
	return name.map((byte) => String.fromCharCode(byte)).join("");
}
