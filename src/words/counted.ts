/**
 * A number with its word, such as `1,200 calls`.
 *
 * @param locale for `Intl`.
 * @param one the word for what the language takes for one: in French 0, too.
 */
export function counted(locale: string, count: number, one: string, other: string): string {
	const number = new Intl.NumberFormat(locale).format(count);
	return `${number} ${new Intl.PluralRules(locale).select(count) === "one" ? one : other}`;
}
