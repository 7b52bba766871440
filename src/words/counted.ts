import { formatsOf } from "./formats.ts";

/**
 * A number with its word, such as `1,200 calls`.
 *
 * @param locale for `Intl`.
 * @param one the word for what the language takes for one: in French 0, too.
 */
export function counted(locale: string, count: number, one: string, other: string): string {
	const { number, plural } = formatsOf(locale);
	return `${number.format(count)} ${plural.select(count) === "one" ? one : other}`;
}
