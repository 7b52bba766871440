import { resolve } from "node:path";
import { ContactsFile } from "../contacts/contacts-file.ts";
import type { Logger } from "../log/logger.ts";
import { numberCleaner } from "../numbers/number-cleaner.ts";
import type { Clock } from "../time/clock.ts";
import type { Part, Reloaded } from "./parts.ts";

type ContactSettings = Pick<Reloaded, "contacts" | "numberCleaning" | "defaultCountry">;

/** The contacts, whose numbers are compared as the translation rules get them. */
export class ContactsPart implements Part {
	readonly name = "the contacts";
	readonly #file: ContactsFile;

	private constructor(file: ContactsFile) {
		this.#file = file;
	}

	/** Not started. */
	static async open(
		{ contacts, numberCleaning, defaultCountry }: ContactSettings,
		clock: Clock,
		log: Logger,
	): Promise<ContactsPart> {
		const clean = await numberCleaner(numberCleaning, defaultCountry);
		return new ContactsPart(new ContactsFile({ path: pathOf(contacts), clean, clock, log }));
	}

	/** How many people are known; undefined without a file. */
	get size(): number | undefined {
		return this.#file.path === "" ? undefined : this.#file.book.size;
	}

	/** The name that goes with an address. */
	readonly nameOf = (address: string): string | undefined => this.#file.book.nameOf(address);

	/** Numbers for what is typed. */
	readonly search = (text: string, limit: number) => this.#file.book.search(text, limit);

	start(): Promise<void> {
		return this.#file.start();
	}

	async reload({ contacts, numberCleaning, defaultCountry }: Reloaded): Promise<void> {
		await this.#file.reload(pathOf(contacts), await numberCleaner(numberCleaning, defaultCountry));
	}

	stop(): void {
		this.#file.stop();
	}
}

function pathOf(setting: string): string {
	return setting === "" ? "" : resolve(setting);
}
