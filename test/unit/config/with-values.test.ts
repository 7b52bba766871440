import { expect, test } from "bun:test";
import fc from "fast-check";
import { parseConfig } from "../../../src/config/config-file.ts";
import { renderSampleConfig } from "../../../src/config/render-sample.ts";
import { withValues } from "../../../src/config/with-values.ts";

const change = (text: string, values: Record<string, string | undefined>): string =>
	withValues(Buffer.from(text), values).toString();

test("one value is one line, with its way of writing", () => {
	const text = "# top\r\n  httpport=5090\r\nMaxCalls = 3\r\n";
	expect(change(text, { HttpPort: "80" })).toBe("# top\r\n  httpport=80\r\nMaxCalls = 3\r\n");
	expect(change(text, { MaxCalls: "" })).toBe("# top\r\n  httpport=5090\r\nMaxCalls =\r\n");
	expect(change("NodeName =\n", { NodeName: "a" })).toBe("NodeName = a\n");
});

test("the line that counts is the last one, whatever name it has", () => {
	expect(change("Register = 1\nRegister = 0\n", { Register: "1" })).toBe("Register = 1\nRegister = 1\n");
	const after = change("TLSDomain = a\nTLSDomainName = b\nTLSDomain = c\n", { TLSDomainName: "d" });
	expect(after).toBe("TLSDomain = a\nTLSDomainName = b\nTLSDomain = d\n");
});

test("a commented line explains, and stays: the value comes below it, and going back to the default is going back", () => {
	expect(change("# Ask.\n#Register = 0\nB = 1\n", { Register: "1" })).toBe(
		"# Ask.\n#Register = 0\nRegister = 1\nB = 1\n",
	);
	expect(change("#Register = 0\nRegister = 0\n", { Register: "1" })).toBe("#Register = 0\nRegister = 1\n");
	const sample = renderSampleConfig();
	const set = change(sample, { MaxCalls: "7", DNSServers: "192.0.2.1" });
	expect(set.split("\n").length).toBe(sample.split("\n").length + 2);
	expect(set).toContain("\n#MaxCalls = 200\nMaxCalls = 7\n");
	expect(change(set, { MaxCalls: undefined, DNSServers: undefined })).toBe(sample);
});

test("what has no line comes next to its neighbours, or at the end, with or without an end of line there", () => {
	const text = "# Calls\nInitiatorTimeout = 30\n\n# Log\nLogLevel = INFO\n";
	expect(change(text, { DestinationTimeout: "40" })).toBe(
		text.replace("= 30\n", "= 30\nDestinationTimeout = 40\n"),
	);
	expect(change("# a\n\n# b\nMaxCalls = 30\n", { InitiatorTimeout: "40" })).toBe(
		"# a\n\nInitiatorTimeout = 40\n# b\nMaxCalls = 30\n",
	);
	expect(change("A = 1\n", { Register: "1" })).toBe("A = 1\nRegister = 1\n");
	expect(change("A = 1", { Register: "1" })).toBe("A = 1\nRegister = 1");
	expect(change("", { Register: "1" })).toBe("Register = 1\n");
});

test("a line is taken out, and its comment stays", () => {
	expect(change("# Ask.\n#FirstRun = 0\nFirstRun = 1\nB = 1\n", { FirstRun: undefined })).toBe(
		"# Ask.\n#FirstRun = 0\nB = 1\n",
	);
});

test("a line that is taken out between blank lines leaves one of them", () => {
	expect(change("A = 1\r\n\r\nRegister = 1\r\n\r\nB = 1\r\n", { Register: undefined })).toBe(
		"A = 1\r\n\r\nB = 1\r\n",
	);
	expect(change("A = 1\n\nRegister = 1\n", { Register: undefined })).toBe("A = 1\n\n");
});

test("values in any encoding stay what they are, and new ones are UTF-8", () => {
	const config = Buffer.from("# Z\xfcrich\nA = 1\n", "latin1");
	const changed = withValues(config, { A: "ä" });
	expect(changed.subarray(0, 9)).toEqual(config.subarray(0, 9));
	expect(changed.subarray(9).toString("utf8")).toBe("A = ä\n");
	// The last octet of à is that of a no-break space in Latin-1.
	expect(change("NodeName = voilà\n", { NodeName: "déjà" })).toBe("NodeName = déjà\n");
	expect(change("\uFEFFRegister = 0\n", { Register: "1" })).toBe("\uFEFFRegister = 1\n");
});

test("whatever is set and taken out, step by step, the file then has it, and its other lines as they were", () => {
	const keys = {
		LogFilename: "logFilename",
		HistoryFile: "historyFile",
		CertificatePath: "certificatePath",
	} as const;
	const names = Object.keys(keys);
	const value = fc.stringMatching(/^[a-zà#=][a-z0-9 =#éà]{0,6}[a-zà]$/);
	const name = fc.constantFrom("LogFilename", "HistoryFile", "CertificatePath");
	const line = fc.oneof(
		fc.constantFrom("# comment", "", "MaxCalls = 7", "#historyfile = x", "HttpUser = a", "# Note = à", "\t#"),
		fc.tuple(name, fc.constantFrom("=", " = ", "\t=  "), value).map((parts) => `  ${parts.join("")}`),
	);
	const steps = fc.array(fc.tuple(name, fc.option(value, { nil: undefined })), { maxLength: 6 });
	const mark = fc.constantFrom("", "\uFEFF");
	fc.assert(
		fc.property(mark, fc.array(line, { maxLength: 8 }), steps, (start, lines, changes) => {
			let file = start + lines.join("\n");
			const expected = { ...parseConfig(file, "file").values };
			const others = (whole: string) =>
				whole
					.replace("\uFEFF", "")
					.split("\n")
					.filter((each) => !names.some((known) => each.trim().startsWith(known)));
			const fixed = others(file).filter((each) => each !== "");
			for (const [changed, to] of changes) {
				file = change(file, { [changed]: to });
				if (to === undefined) delete expected[keys[changed]];
				else Object.assign(expected, { [keys[changed]]: to });
				expect(parseConfig(file, "file").values).toEqual(expected);
			}
			expect(others(file).filter((each) => each !== "")).toEqual(fixed);
		}),
	);
});
