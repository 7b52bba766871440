/** The words of a union, from a record that must name each of them. */
export function keysOf<Word extends string>(record: Readonly<Record<Word, unknown>>): readonly Word[] {
	return Object.keys(record) as Word[];
}

/** Whether a value from outside is one of some words. */
export function isOneOf<Word extends string>(words: readonly Word[], value: unknown): value is Word {
	return (words as readonly unknown[]).includes(value);
}
