import type { Language } from "../texts.ts";
import { ENGLISH_BOX } from "./english.ts";
import { FRENCH_BOX } from "./french.ts";
import { GERMAN_BOX } from "./german.ts";
import { SPANISH_BOX } from "./spanish.ts";
import type { BoxTexts } from "./types.ts";

/** The texts of the pages that set a box up; a language that lacks one does not compile. */
export const BOX_TEXTS: Readonly<Record<Language, BoxTexts>> = {
	en: ENGLISH_BOX,
	de: GERMAN_BOX,
	fr: FRENCH_BOX,
	es: SPANISH_BOX,
};
