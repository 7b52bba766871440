import type { Language } from "../texts.ts";
import { ENGLISH_ADMIN } from "./english.ts";
import { FRENCH_ADMIN } from "./french.ts";
import { GERMAN_ADMIN } from "./german.ts";
import { SPANISH_ADMIN } from "./spanish.ts";
import type { AdminTexts } from "./types.ts";

/** The texts of the administration page; a language that lacks one does not compile. */
export const ADMIN_TEXTS: Readonly<Record<Language, AdminTexts>> = {
	en: ENGLISH_ADMIN,
	de: GERMAN_ADMIN,
	fr: FRENCH_ADMIN,
	es: SPANISH_ADMIN,
};
