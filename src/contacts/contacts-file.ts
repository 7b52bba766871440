import { statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { errorCode } from "../error-code.ts";
import type { Logger } from "../log/logger.ts";
import type { Clock } from "../time/clock.ts";
import type { Contact, ReadContacts } from "./contact.ts";
import { ContactBook } from "./contact-book.ts";

/** How often the file is looked at, in milliseconds. */
const LOOK_INTERVAL = 5000;
/** The largest file that is read, in octets. */
const LARGEST = 33_554_432;
/** Entries that are passed over and named in the log. */
const NAMED_PROBLEMS = 20;

/** A file that is no list of contacts; the message says why. */
export class ContactsError extends Error {
	override readonly name = "ContactsError";
}

/** Reads a file of contacts: vCard, or else CSV. @throws {ContactsError} */
export async function readContacts(path: string): Promise<ReadContacts> {
	let bytes: Buffer;
	try {
		if (statSync(path).size > LARGEST) throw new ContactsError(`expected at most ${LARGEST / 1_048_576} MiB`);
		bytes = await readFile(path);
	} catch (error) {
		if (error instanceof ContactsError) throw error;
		throw new ContactsError(`it cannot be read: ${errorCode(error) || String(error)}`);
	}
	const text = textOf(bytes);
	if (/^\s*BEGIN:VCARD/i.test(text)) {
		const { readVcards } = await import("./read-vcards.ts");
		return await readVcards(text, nextTurn);
	}
	const { readCsv } = await import("./read-csv.ts");
	return readCsv(text);
}

/** UTF-8, UTF-16 with its mark, or else what Windows of western languages writes. */
function textOf(bytes: Buffer): string {
	if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder("utf-16le").decode(bytes);
	try {
		return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
	} catch {
		return new TextDecoder("windows-1252").decode(bytes);
	}
}

function nextTurn(): Promise<void> {
	return new Promise((resolve) => setImmediate(resolve));
}

export interface ContactsFileOptions {
	/** Empty for none. */
	readonly path: string;
	/** Makes the same text of all ways to write a number. */
	readonly clean: (typed: string) => string;
	readonly clock: Clock;
	readonly log: Logger;
}

/** The contacts of a file, read again when it changes. What is wrong with it is logged; the contacts before stay then. */
export class ContactsFile {
	readonly #options: ContactsFileOptions;
	#path: string;
	#clean: (typed: string) => string;
	#contacts: readonly Contact[] = [];
	#book = ContactBook.EMPTY;
	#seen = "";
	#stopTimer: (() => void) | undefined;
	#reading: Promise<void> = Promise.resolve();

	constructor(options: ContactsFileOptions) {
		this.#options = options;
		this.#path = options.path;
		this.#clean = options.clean;
	}

	/** Where it is; empty for none. */
	get path(): string {
		return this.#path;
	}

	/** As they are now. */
	get book(): ContactBook {
		return this.#book;
	}

	/** Reads the file, and looks at it from now on. */
	async start(): Promise<void> {
		await this.look();
		this.#wait();
	}

	/** Takes another file, or another way to clean numbers. @param path empty for none. */
	async reload(path: string, clean: (typed: string) => string): Promise<void> {
		this.#path = path;
		this.#clean = clean;
		this.#seen = "";
		await this.look();
	}

	/** Looks now. */
	look(): Promise<void> {
		this.#reading = this.#reading.then(() => this.#look());
		return this.#reading;
	}

	stop(): void {
		this.#stopTimer?.();
	}

	#wait(): void {
		this.#stopTimer = this.#options.clock.after(LOOK_INTERVAL, () => {
			void this.look();
			this.#wait();
		});
	}

	async #look(): Promise<void> {
		const path = this.#path;
		const { log } = this.#options;
		const state = stateOf(path);
		if (state === this.#seen) return;
		this.#seen = state;
		if (path === "") {
			this.#contacts = [];
		} else {
			try {
				const { contacts, problems } = await readContacts(path);
				this.#contacts = contacts;
				log.info(`contacts read from ${path}: ${contacts.length}`);
				for (const { line, text } of problems.slice(0, NAMED_PROBLEMS)) {
					log.warning(`${path}:${line}: the contact is passed over: ${text}`);
				}
				if (problems.length > NAMED_PROBLEMS) {
					log.warning(`${path}: ${problems.length - NAMED_PROBLEMS} more contacts are passed over`);
				}
			} catch (error) {
				if (!(error instanceof ContactsError)) throw error;
				log.warning(`the contacts ${path} cannot be used: ${error.message}`);
			}
		}
		this.#book = new ContactBook(this.#contacts, this.#clean);
	}
}

/** What shows that the file has changed; a folder that may not be entered is for the reading to complain of. */
function stateOf(path: string): string {
	if (path === "") return "none";
	try {
		const { ino, size, mtimeMs } = statSync(path);
		return `${ino} ${size} ${mtimeMs}`;
	} catch (error) {
		return `${path}: ${errorCode(error)}`;
	}
}
