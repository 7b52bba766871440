/** How a language writes dates and numbers. They are kept, as each takes longer to make than a whole table. */
export interface Formats {
	readonly dateTime: Intl.DateTimeFormat;
	readonly time: Intl.DateTimeFormat;
	/** For a day that begins at midnight in UTC. */
	readonly day: Intl.DateTimeFormat;
	/** The same without the year. */
	readonly shortDay: Intl.DateTimeFormat;
	readonly number: Intl.NumberFormat;
	readonly percent: Intl.NumberFormat;
	/** With one digit after the decimal separator. */
	readonly tenths: Intl.NumberFormat;
	readonly plural: Intl.PluralRules;
}

const KNOWN = new Map<string, Formats>();

/** The formats of a locale that one of the languages names. */
export function formatsOf(locale: string): Formats {
	const known = KNOWN.get(locale);
	if (known) return known;
	const formats: Formats = {
		dateTime: new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "medium" }),
		time: new Intl.DateTimeFormat(locale, { timeStyle: "medium" }),
		day: new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeZone: "UTC" }),
		shortDay: new Intl.DateTimeFormat(locale, { day: "2-digit", month: "2-digit", timeZone: "UTC" }),
		number: new Intl.NumberFormat(locale),
		percent: new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 0 }),
		tenths: new Intl.NumberFormat(locale, { minimumFractionDigits: 1, maximumFractionDigits: 1 }),
		plural: new Intl.PluralRules(locale),
	};
	KNOWN.set(locale, formats);
	return formats;
}
