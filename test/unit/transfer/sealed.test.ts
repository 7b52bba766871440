import { expect, test } from "bun:test";
import { seal, unseal } from "../../../src/transfer/sealed.ts";
import { TransferError } from "../../../src/transfer/transfer-error.ts";

const PASSWORD = "correct horse";
const ABOUT = { program: "1.2.3", made: Date.UTC(2026, 0, 2) };
const CONTENT = Buffer.from("SipAuthPassword = geheim\n".repeat(20));

const sealed = await seal(CONTENT, PASSWORD, ABOUT);

/** What is wrong with it. */
async function fault(text: string, password = PASSWORD): Promise<string> {
	const error: unknown = await unseal(text, password).catch((reason: unknown) => reason);
	if (!(error instanceof TransferError)) throw new Error(`expected a TransferError, got ${error}`);
	return error.fault;
}

test("what is sealed comes back with its password", async () => {
	expect((await unseal(sealed, PASSWORD)).equals(CONTENT)).toBe(true);
});

test("the file says its form and version, and nothing of what is in it", () => {
	expect(sealed).toStartWith("Click-To-Call set-up 1\n");
	expect(sealed).toContain('"program":"1.2.3"');
	expect(sealed).not.toContain("geheim");
	expect(Buffer.from(sealed.split("\n").slice(2, -2).join(""), "base64").includes("geheim")).toBe(false);
});

test("two files with the same password and content have nothing in common that would show it", async () => {
	const other = await seal(CONTENT, PASSWORD, ABOUT);
	expect(other.split("\n")[2]).not.toBe(sealed.split("\n")[2]);
});

test("a password may be typed with composed or with decomposed characters", async () => {
	const composed = await seal(CONTENT, "pässwörter", ABOUT);
	expect((await unseal(composed, "pässwörter".normalize("NFD"))).equals(CONTENT)).toBe(true);
});

test("ends of lines as mail programs change them do not matter", async () => {
	expect((await unseal(sealed.replaceAll("\n", "\r\n"), PASSWORD)).equals(CONTENT)).toBe(true);
});

test("a wrong password is told from a damaged file", async () => {
	expect(await fault(sealed, "correct horsf")).toBe("password");
	const middle = Math.floor(sealed.length / 2);
	const changed = sealed[middle] === "A" ? "B" : "A";
	expect(await fault(sealed.slice(0, middle) + changed + sealed.slice(middle + 1))).toBe("damaged");
});

test.each([0.3, 0.6, 0.9, 0.99])("a file cut off after %p of it is damaged", async (part) => {
	expect(await fault(sealed.slice(0, Math.floor(sealed.length * part)))).toBe("damaged");
});

test("other files, and those of later versions, are named as such", async () => {
	expect(await fault("HttpPort = 80\n")).toBe("not one");
	expect(await fault("")).toBe("not one");
	expect(await fault(sealed.replace("set-up 1", "set-up 2"))).toBe("too new");
});

test("what is readable of the file cannot be changed, even with a right checksum", async () => {
	const { createHash } = await import("node:crypto");
	const changed = sealed.replace('"program":"1.2.3"', '"program":"9.9.9"').replace(/SHA-256 .*\n$/, "");
	const digest = createHash("sha256").update(changed).digest("hex");
	expect(await fault(`${changed}SHA-256 ${digest}\n`)).toBe("password");
});

test("a file cannot ask for all memory there is", async () => {
	const { createHash } = await import("node:crypto");
	const greedy = sealed.replace('"N":32768', '"N":1073741824').replace(/SHA-256 .*\n$/, "");
	const digest = createHash("sha256").update(greedy).digest("hex");
	expect(await fault(`${greedy}SHA-256 ${digest}\n`)).toBe("damaged");
});

test("a password of fewer than 8 characters is refused", async () => {
	const error: unknown = await seal(CONTENT, "1234567", ABOUT).catch((reason: unknown) => reason);
	expect(error).toBeInstanceOf(TransferError);
});
