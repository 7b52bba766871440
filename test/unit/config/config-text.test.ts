import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { decodeConfig } from "../../../src/config/config-text.ts";

const octets = (text: string): Uint8Array => Buffer.from(text, "latin1");
const wide = (text: string): Uint8Array => Buffer.from(text, "utf16le");
const swapped = (bytes: Uint8Array): Uint8Array => Buffer.from(bytes).swap16();

const problemsOf = (bytes: Uint8Array) => decodeConfig(bytes, "a.config").problems;

describe("the octets of a config file", () => {
	test("that are UTF-8 are read as they are, without the mark at the start", () => {
		fc.assert(
			fc.property(fc.string({ unit: "binary" }), (text) => {
				const clean = text.replaceAll("\0", "");
				fc.pre(!clean.startsWith("\uFEFF"));
				expect(decodeConfig(new TextEncoder().encode(clean), "f")).toEqual({ text: clean, problems: [] });
				expect(decodeConfig(new TextEncoder().encode(`\uFEFF${clean}`), "f").text).toBe(clean);
			}),
		);
	});

	test("that are Latin-1 are an error with line and setting, and without the value", () => {
		const problems = problemsOf(octets("# a\nHttpAuth = 1\nHttpAuthPwd = p\xe4ss\nSipAuthUser=g\xfcn\r\n"));
		expect(problems).toMatchObject([
			{ severity: "error", line: 3, setting: "HttpAuthPwd" },
			{ severity: "error", line: 4, setting: "SipAuthUser" },
		]);
		expect(problems[0]?.message).toBe(
			"a.config:3: HttpAuthPwd: expected UTF-8 text: the byte E4 (hexadecimal) in the line is not; was the file saved as Latin-1 or Windows-1252?",
		);
	});

	test("that are Latin-1 in a comment are a warning: no setting is read wrong", () => {
		expect(problemsOf(octets("  # f\xfcr alle\nHttpPort = 1"))).toMatchObject([
			{ severity: "warning", line: 1 },
		]);
	});

	test.each(["\xc3", "\xc0\xaf", "\xed\xa0\x80", "\xf5\x80\x80\x80", "\xff"])(
		"that are broken in other ways are found: %p",
		(broken) => {
			expect(problemsOf(octets(`x=\xc3\xa4${broken}`))).toMatchObject([{ severity: "error", line: 1 }]);
		},
	);

	test("that hold NULs are an error with line and setting", () => {
		expect(problemsOf(octets("HttpAuth = 1\nHttpAuthPwd = a\0b\n\0\0\0\0"))).toMatchObject([
			{ severity: "error", line: 2, setting: "HttpAuthPwd" },
			{ severity: "error", line: 3 },
		]);
	});

	test("that are UTF-16 or UTF-32 are one error, with the first setting", () => {
		const text = "# comment\r\nHttpAuthPwd = p\u00e4ss\r\nHttpPort = 1\r\n";
		for (const bytes of [
			wide(`\uFEFF${text}`),
			wide(text),
			swapped(wide(`\uFEFF${text}`)),
			swapped(wide(text)),
		]) {
			expect(problemsOf(bytes)).toMatchObject([{ severity: "error", line: 2, setting: "HttpAuthPwd" }]);
			expect(problemsOf(bytes)[0]?.message).toContain("UTF-16");
		}
		expect(problemsOf(octets("\xff\xfe\0\0a\0\0\0"))[0]?.message).toContain("UTF-32");
	});
});
