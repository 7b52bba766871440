import type { Language } from "../texts.ts";
import { ENGLISH_SETTINGS } from "./english.ts";
import { FRENCH_SETTINGS } from "./french.ts";
import { GERMAN_SETTINGS } from "./german.ts";
import { SPANISH_SETTINGS } from "./spanish.ts";
import type { SettingsTexts } from "./types.ts";

/** The texts of the pages of the settings; a language that lacks one does not compile. */
export const SETTINGS_TEXTS: Readonly<Record<Language, SettingsTexts>> = {
	en: ENGLISH_SETTINGS,
	de: GERMAN_SETTINGS,
	fr: FRENCH_SETTINGS,
	es: SPANISH_SETTINGS,
};
