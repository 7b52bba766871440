import { ENGLISH } from "./english.ts";
import { formatsOf } from "./formats.ts";
import { FRENCH } from "./french.ts";
import { GERMAN } from "./german.ts";
import { SPANISH } from "./spanish.ts";
import { LANGUAGES, type Language, type Texts } from "./texts.ts";

/** The texts of the pages in every language. */
export const TEXTS: Readonly<Record<Language, Texts>> = {
	en: ENGLISH,
	de: GERMAN,
	fr: FRENCH,
	es: SPANISH,
};

/**
 * The language that a browser wants most (RFC 9110 section 12.5.4), English if it wants none of them.
 *
 * @param acceptLanguage the header of that name.
 */
export function wantedLanguage(acceptLanguage = ""): Language {
	let best: { language: Language; weight: number } | undefined;
	for (const range of acceptLanguage.split(",")) {
		const [, name = "", q = "1"] =
			/^\s*([a-z]+|\*)(?:-[a-z\d-]*)?\s*(?:;\s*q=([\d.]+)\s*)?$/i.exec(range) ?? [];
		const language = name === "*" ? "en" : LANGUAGES.find((known) => known === name.toLowerCase());
		const weight = Number(q);
		if (language !== undefined && weight > (best?.weight ?? 0)) best = { language, weight };
	}
	return best?.language ?? "en";
}

/** A date and time in the server's time zone, as the language writes them. @param at milliseconds since 1970. */
export function dateTimeText({ locale }: Texts, at: number): string {
	return formatsOf(locale).dateTime.format(at);
}

/** The same without the date. */
export function timeText({ locale }: Texts, at: number): string {
	return formatsOf(locale).time.format(at);
}
