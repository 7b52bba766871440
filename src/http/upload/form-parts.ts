/** A form that cannot be used. */
export class FormError extends Error {
	override readonly name = "FormError";
}

/** What the head of a part says (RFC 7578 section 4.2). */
export interface PartHead {
	/** Of the field. */
	readonly name: string;
	/** Of the file on the sender's machine; undefined for a field that is no file. */
	readonly fileName: string | undefined;
}

/** Takes the content of a part, piece by piece. */
export type PartSink = (piece: Buffer) => void | Promise<void>;

/** Octets of the head of a part, at most. */
const MAX_HEAD = 4096;
/** Parts of a form, at most. */
const MAX_PARTS = 48;

const END_OF_HEAD = Buffer.from("\r\n\r\n");

/** The delimiter of the parts, by the type of a form; undefined for one of another kind. */
export function boundaryOf(contentType: string): string | undefined {
	const [, quoted, bare] =
		/^multipart\/form-data\s*;.*\bboundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))/i.exec(contentType) ?? [];
	return quoted ?? bare;
}

/**
 * Splits a form of the kind multipart/form-data (RFC 7578, RFC 2046 section 5.1.1) as it comes. No more than one piece
 * of it is held.
 *
 * @param open says where the content of a part goes; called once for each part, in their order.
 * @throws {FormError} when it is no such form, or not whole; what `open` and its sinks throw.
 */
export async function splitForm(
	body: ReadableStream<Uint8Array>,
	boundary: string,
	open: (head: PartHead) => PartSink | Promise<PartSink>,
): Promise<void> {
	const input = new Input(body);
	const delimiter = Buffer.from(`\r\n--${boundary}`, "latin1");
	// What comes before the first part means nothing.
	await input.until(delimiter, () => {});
	for (let count = 0; !(await input.isAtEnd()); count += 1) {
		if (count === MAX_PARTS) throw new FormError(`the form has more than ${MAX_PARTS} parts`);
		const head: Buffer[] = [];
		let octets = 0;
		await input.until(END_OF_HEAD, (piece) => {
			octets += piece.length;
			if (octets > MAX_HEAD) throw new FormError("the head of a part is too long");
			head.push(piece);
		});
		await input.until(delimiter, await open(readHead(Buffer.concat(head).toString("utf8"))));
	}
	await input.drain();
}

/** The names are written as browsers do: with `%22` for a quotation mark, and `%0D%0A` for an end of line. */
function readHead(text: string): PartHead {
	const line = text.split("\r\n").find((field) => /^content-disposition:/i.test(field)) ?? "";
	const [, name] = /[;\s]name="([^"]*)"/i.exec(line) ?? [];
	if (name === undefined) throw new FormError("a part of the form has no name");
	const [, fileName] = /[;\s]filename="([^"]*)"/i.exec(line) ?? [];
	return { name: unescaped(name), fileName: fileName === undefined ? undefined : unescaped(fileName) };
}

function unescaped(name: string): string {
	return name.replace(/%(22|0D|0A)/gi, (_all, digits: string) =>
		String.fromCharCode(Number.parseInt(digits, 16)),
	);
}

interface PieceReader {
	read(): Promise<{ readonly done: boolean; readonly value?: Uint8Array | undefined }>;
}

/** What has come of a body, and waits for more. */
class Input {
	readonly #pieces: PieceReader;
	/** The first delimiter may have no end of line before it. */
	#held: Buffer = Buffer.from("\r\n");

	constructor(body: ReadableStream<Uint8Array>) {
		this.#pieces = body.getReader();
	}

	/** Passes on everything before a mark, and takes the mark. */
	async until(mark: Buffer, sink: PartSink): Promise<void> {
		for (let at = this.#held.indexOf(mark); ; at = this.#held.indexOf(mark)) {
			const whole = at >= 0;
			const count = whole ? at : Math.max(0, this.#held.length - mark.length + 1);
			const piece = this.#held.subarray(0, count);
			this.#held = this.#held.subarray(whole ? count + mark.length : count);
			if (piece.length > 0) await sink(piece);
			if (whole) return;
			await this.#more();
		}
	}

	/** After a delimiter: whether it was the last one. What may follow it on its line is skipped. */
	async isAtEnd(): Promise<boolean> {
		while (this.#held.length < 2) await this.#more();
		return this.#held[0] === 0x2d && this.#held[1] === 0x2d;
	}

	/** What comes after the form means nothing, but the connection goes on after it. */
	async drain(): Promise<void> {
		while (!(await this.#pieces.read()).done) this.#held = Buffer.alloc(0);
	}

	async #more(): Promise<void> {
		const { done, value } = await this.#pieces.read();
		if (done || !value) throw new FormError("the form is cut off");
		this.#held = Buffer.concat([this.#held, value]);
	}
}
