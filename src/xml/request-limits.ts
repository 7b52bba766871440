/** What is counted in a request: the parser's work for each costs far more than its bytes. */
export type CountedPart = "elements" | "attributes" | "asides" | "references";

/** Most of each in a request, with its name. */
const LIMITS: Readonly<Record<CountedPart, { readonly most: number; readonly name: string }>> = {
	elements: { most: 256, name: "elements" },
	attributes: { most: 256, name: "attributes" },
	asides: { most: 256, name: "comments, CDATA sections and processing instructions" },
	references: { most: 1024, name: "references such as &amp;" },
};

/** Counts the parts of one request. */
export class PartCounter {
	readonly #counts: Record<CountedPart, number> = { elements: 0, attributes: 0, asides: 0, references: 0 };
	#excess: CountedPart | undefined;

	/** What there is too much of, as a sentence; undefined when the request may be read. */
	get excess(): string | undefined {
		if (this.#excess === undefined) return undefined;
		const { most, name } = LIMITS[this.#excess];
		return `Too many ${name}: expected at most ${most}`;
	}

	count(part: CountedPart): void {
		this.#counts[part] += 1;
		if (this.#counts[part] > LIMITS[part].most) this.#excess ??= part;
	}
}
