import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { getCountries } from "libphonenumber-js/min";
import { COUNTRIES } from "../../../src/numbers/countries.ts";
import { loadE164 } from "../../../src/numbers/e164.ts";
import { numberCleaner } from "../../../src/numbers/number-cleaner.ts";

describe("in a country, a number as it is dialled there becomes an E.164 number", () => {
	test.each([
		["DE", "0301234567", "+49301234567"],
		["DE", "00493012345", "+493012345"],
		["DE", "0033123456789", "+33123456789"],
		["DE", "+490301234567", "+49301234567"],
		["DE", "0800123456", "+49800123456"],
		["AT", "0664123456", "+43664123456"],
		["GB", "02079460000", "+442079460000"],
		["HU", "0612345678", "+3612345678"],
		["IT", "066981234", "+39066981234"],
		["ES", "912345678", "+34912345678"],
		["DK", "22334455", "+4522334455"],
		["IN", "9876543210", "+919876543210"],
		["CN", "13812345678", "+8613812345678"],
		["RU", "89161234567", "+79161234567"],
		["US", "2015550123", "+12015550123"],
		["US", "12015550123", "+12015550123"],
		["US", "01149301234567", "+49301234567"],
	])("%s %s", async (country, dialled, number) => {
		expect((await loadE164(country))(dialled)).toBe(number);
	});

	test.each([
		["DE", "110"],
		["DE", "201"],
		["DE", "0201"],
		["DE", "12345"],
		["DE", "116117"],
		["DE", "1234567"],
		["DE", "+4930"],
		["DE", "*21*0301234567#"],
		["DE", "alice"],
		["DE", "sip:0301234567@example.com"],
		["GB", "2079460000"],
		["US", "5550123"],
		["US", "911"],
	])("but not %s %s", async (country, dialled) => {
		expect((await loadE164(country))(dialled)).toBe(dialled);
	});

	test("whatever is made of digits is one", async () => {
		const toE164 = await loadE164("DE");
		const dialled = fc.array(fc.constantFrom(..."0123456789"), { maxLength: 16 }).map((all) => all.join(""));
		fc.assert(
			fc.property(dialled, fc.constantFrom("", "+", "0", "00"), (digits, prefix) => {
				const number = toE164(prefix + digits);
				if (number !== prefix + digits) expect(number).toMatch(/^\+[1-9]\d+$/);
			}),
		);
	});

	test("a country that is none is refused", async () => {
		await expect(loadE164("XX")).rejects.toThrow(TypeError);
	});
});

test("the countries are those whose numbering plans there are", () => {
	expect(COUNTRIES).toEqual([...getCountries()]);
});

test.each([
	[true, "DE", "+49301234567"],
	[true, "", "0301234567"],
	[false, "DE", "030/1234567"],
	[false, "", "030/1234567"],
])("with NumberCleaning %p and DefaultCountry %p, the rules see %s", async (cleaning, country, seen) => {
	expect((await numberCleaner(cleaning, country))("030/1234567")).toBe(seen);
});
