import type { CountryCode } from "libphonenumber-js/min";
import { COUNTRIES } from "./countries.ts";

/** Fewer digits than these are dialled inside a PBX: extensions, emergency and service numbers. */
const SHORTEST = 6;

/** Makes the E.164 number of one as it is dialled in a country; any other text stays as it is. */
export type ToE164 = (number: string) => string;

/**
 * Loads the numbering plans of all countries.
 *
 * A national number counts as one when it begins with the trunk or international prefix, or is written without a
 * prefix in that country: 1234567 in Germany is a number of one's own town, or of the PBX.
 *
 * @param country two letters; in which country numbers are dialled.
 * @throws {TypeError} for a country that is not known.
 */
export async function loadE164(country: string): Promise<ToE164> {
	if (!isCountry(country)) throw new TypeError(`${country} is not a known country`);
	const { parsePhoneNumberFromString: parse } = await import("libphonenumber-js/min");
	return (number) => {
		if (!/^\+?\d+$/.test(number)) return number;
		const digits = number.replace("+", "");
		const phone = digits.length < SHORTEST ? undefined : parse(number, country);
		if (!phone?.isPossible()) return number;
		const { nationalNumber } = phone;
		const prefixed = digits.length > nationalNumber.length && digits.endsWith(nationalNumber);
		if (prefixed || number.startsWith("+")) return phone.number;
		// What has no form of its own in the country's plan comes as plain digits.
		const written = phone.format("NATIONAL", { nationalPrefix: false });
		return written !== nationalNumber && written.replace(/\D/g, "") === digits ? phone.number : number;
	};
}

function isCountry(country: string): country is CountryCode {
	return COUNTRIES.includes(country);
}
