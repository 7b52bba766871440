import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { ContactBook } from "../../../src/contacts/contact-book.ts";
import { ContactsFile, readContacts } from "../../../src/contacts/contacts-file.ts";
import { readCsv } from "../../../src/contacts/read-csv.ts";
import { readVcards } from "../../../src/contacts/read-vcards.ts";
import { numberCleaner } from "../../../src/numbers/number-cleaner.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { MemoryLogger } from "../../support/memory-logger.ts";

const now = async (): Promise<void> => {};
const cards = (text: string) => readVcards(text.replaceAll("\n", "\r\n"), now);

describe("vCard", () => {
	test("3 and 4 give names and numbers, of phones and of SIP", async () => {
		const { contacts, problems } = await cards(`BEGIN:VCARD
VERSION:3.0
N:Müller;Anna;;;
FN:Anna Müller
TEL;TYPE=WORK,VOICE:+49 30 1234567
item1.TEL;type=CELL:0170 123
END:VCARD
BEGIN:VCARD
VERSION:4.0
FN:Bob
TEL;VALUE=uri;TYPE=home:tel:+1-418-656-9254
IMPP:sip:bob@example.com
END:VCARD
`);
		expect(problems).toEqual([]);
		expect(contacts).toEqual([
			{ name: "Anna Müller", numbers: ["+49 30 1234567", "0170 123"] },
			{ name: "Bob", numbers: ["tel:+1-418-656-9254", "sip:bob@example.com"] },
		]);
	});

	test("without FN is named by N, or by the organization", async () => {
		const { contacts } = await cards(
			"BEGIN:VCARD\nVERSION:3.0\nN:Doe;Jane;;Dr.;\nTEL:1\nEND:VCARD\nBEGIN:VCARD\nVERSION:3.0\nORG:ACME;Sales\nTEL:2\nEND:VCARD\n",
		);
		expect(contacts.map(({ name }) => name)).toEqual(["Dr. Jane Doe", "Sales ACME"]);
	});

	test("lines may be folded", async () => {
		const { contacts } = await cards("BEGIN:VCARD\nVERSION:3.0\nFN:Anna\n  Maria\nTEL:1\nEND:VCARD\n");
		expect(contacts[0]?.name).toBe("Anna Maria");
	});

	test("that cannot be used is named by its line, and does not hide the others", async () => {
		const { contacts, problems } = await cards(
			"BEGIN:VCARD\nVERSION:3.0\nFN:Secret\nno property\nEND:VCARD\nBEGIN:VCARD\nVERSION:3.0\nFN:No number\nEND:VCARD\nBEGIN:VCARD\nVERSION:3.0\nFN:Good\nTEL:1\nEND:VCARD\nBEGIN:VCARD\nVERSION:3.0\nTEL:2",
		);
		expect(contacts.map(({ name }) => name)).toEqual(["Good"]);
		expect(problems.map(({ line }) => line)).toEqual([1, 6, 15]);
		expect(problems[0]?.text).toStartWith("it is not a vCard: ");
		expect(problems[1]?.text).toBe("it has no number");
		expect(JSON.stringify(problems)).not.toContain("Secret");
	});
});

describe("CSV", () => {
	test.each([
		["name and number", "Anna;101\nBob;102,5\n", ["Anna", "Bob"]],
		[
			"Google",
			"Name,Given Name,Phone 1 - Type,Phone 1 - Value\nAnna M,Anna,Mobile,101\nBob B,Bob,Work,102\n",
			["Anna M", "Bob B"],
		],
		[
			"Outlook",
			"First Name,Last Name,Company,Business Phone,Mobile Phone\nAnna,M,,101,\n,,ACME,,102\n",
			["Anna M", "ACME"],
		],
		["German", "\ufeffVorname;Nachname;Telefon;Mobil\nAnna;M;101;\nBob;B;;102\n", ["Anna M", "Bob B"]],
		["French", "Nom;Téléphone\nAnna;101\n", ["Anna"]],
		["Spanish", "Nombre;Teléfono\nAnna;101\n", ["Anna"]],
		["tabs", "Name\tPhone\nAnna\t101\n", ["Anna"]],
	])("as %s writes it", (_what, text, names) => {
		const { contacts, problems } = readCsv(text);
		expect(problems).toEqual([]);
		expect(contacts.map(({ name }) => name)).toEqual(names);
		expect(contacts[0]?.numbers).toEqual(["101"]);
	});

	test("lines that cannot be used are named", () => {
		const { contacts, problems } = readCsv('Name,Phone\n,1\nAnna,\n"Bob, B",2\n');
		expect(contacts).toEqual([{ name: "Bob, B", numbers: ["2"] }]);
		expect(problems).toEqual([
			{ line: 2, text: "it has no name" },
			{ line: 3, text: "it has no number" },
		]);
	});

	test("whatever is in it, reading ends without an error", () => {
		fc.assert(
			fc.property(
				fc.string({ unit: fc.constantFrom("a", "1", ",", ";", '"', "\n", "\r", "\t", "ü") }),
				(text) => {
					for (const { name, numbers } of readCsv(text).contacts) {
						expect(name).not.toBe("");
						expect(numbers.length).toBeGreaterThan(0);
					}
				},
			),
		);
	});
});

describe("the book", () => {
	test("finds a name however the number is written", async () => {
		const clean = await numberCleaner(true, "DE");
		const book = new ContactBook(
			[{ name: "Anna", numbers: ["+49 30 1234567", "SIP:anna@example.com"] }],
			clean,
		);
		for (const number of ["030 1234567", "0049301234567", "+49 (0)30 123-4567", "sip:anna@example.com"]) {
			expect(book.nameOf(number)).toBe("Anna");
		}
		expect(book.nameOf("030 12345678")).toBeUndefined();
	});

	test("finds parts of names without accents and case, and of numbers", () => {
		const book = new ContactBook(
			[
				{ name: "Zoë Weiß", numbers: ["+49 30 555"] },
				{ name: "Anna Müller", numbers: ["101", "+49 170 1"] },
			],
			(typed) => typed.replace(/[ ]/g, ""),
		);
		const names = (text: string) => book.search(text, 10).map(({ name, number }) => `${name} ${number}`);
		expect(names("mull an")).toEqual(["Anna Müller 101", "Anna Müller +49 170 1"]);
		expect(names("zoe WEISS")).toEqual(["Zoë Weiß +49 30 555"]);
		expect(names("030 55")).toEqual(["Zoë Weiß +49 30 555"]);
		expect(names("")).toEqual([]);
		expect(book.search("a", 1).length).toBe(1);
	});
});

describe("the file", () => {
	let folder: string;
	let path: string;
	let clock: FakeClock;
	let log: MemoryLogger;
	let file: ContactsFile;

	beforeEach(() => {
		folder = mkdtempSync(join(tmpdir(), "contacts-"));
		path = join(folder, "contacts.csv");
		clock = new FakeClock();
		log = new MemoryLogger();
		file = new ContactsFile({ path, clean: (typed) => typed, clock, log });
	});
	afterEach(() => {
		file.stop();
		rmSync(folder, { recursive: true, force: true });
	});

	test("is read again when it changes; one that cannot be read leaves what was known", async () => {
		writeFileSync(path, "Anna,101\n");
		await file.start();
		expect(file.book.nameOf("101")).toBe("Anna");
		writeFileSync(path, "Anna Maria,101\n,\nx,\n");
		clock.advance(5000);
		await file.look();
		expect(file.book.nameOf("101")).toBe("Anna Maria");
		expect(log.lines.join("\n")).toContain(`${path}:3: the contact is passed over: it has no number`);
		rmSync(path);
		clock.advance(5000);
		await file.look();
		expect(file.book.nameOf("101")).toBe("Anna Maria");
		expect(log.lines.join("\n")).toContain(`the contacts ${path} cannot be used: it cannot be read: ENOENT`);
		expect(log.lines.join("\n")).not.toContain("Maria:");
	});

	test("that nobody can look at does not keep the server from starting, and is read once it is there", async () => {
		writeFileSync(join(folder, "plain"), "");
		const inside = join(folder, "plain", "contacts.csv");
		await file.reload(inside, (typed) => typed);
		const endless = join(folder, "x".repeat(300));
		await file.reload(endless, (typed) => typed);
		expect(log.lines.join("\n")).toContain("cannot be used: it cannot be read: ENAMETOOLONG");
		writeFileSync(path, "Anna,101\n");
		await file.reload(path, (typed) => typed);
		expect(file.book.nameOf("101")).toBe("Anna");
	});

	test("may be in another place from now on, or nowhere", async () => {
		writeFileSync(path, "Anna,101\n");
		await file.start();
		const other = join(folder, "other.csv");
		writeFileSync(other, "Bob;102\n");
		await file.reload(other, (typed) => typed.replace("#", ""));
		expect(file.book.nameOf("#102")).toBe("Bob");
		await file.reload("", (typed) => typed);
		expect(file.book.size).toBe(0);
	});

	test("is read in the encodings of the usual programs", async () => {
		for (const bytes of [
			Buffer.from("Zoë,101\n"),
			Buffer.from("Zoë,101\n", "latin1"),
			Buffer.from("\ufeffZoë,101\n", "utf16le"),
		]) {
			writeFileSync(path, bytes);
			expect((await readContacts(path)).contacts[0]?.name).toBe("Zoë");
		}
	});
});
