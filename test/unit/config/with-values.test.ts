import { expect, test } from "bun:test";
import { withValues } from "../../../src/config/with-values.ts";

const change = (text: string, values: Record<string, string | undefined>): string =>
	withValues(Buffer.from(text), values).toString();

test("one value is one line, with its way of writing", () => {
	const text = "# top\r\n  httpport=5090\r\nMaxCalls = 3\r\n";
	expect(change(text, { HttpPort: "80" })).toBe("# top\r\n  httpport= 80\r\nMaxCalls = 3\r\n");
});

test("the line that counts is the last one", () => {
	expect(change("A = 1\nA = 2\n", { A: "3" })).toBe("A = 1\nA = 3\n");
});

test("a commented line gives its place, and only without another one", () => {
	expect(change("#Register = 0\nB = 1\n", { Register: "1" })).toBe("Register = 1\nB = 1\n");
	expect(change("#Register = 0\nRegister = 0\n", { Register: "1" })).toBe("#Register = 0\nRegister = 1\n");
});

test("what has no line comes at the end, with or without an end of line there", () => {
	expect(change("A = 1\n", { Register: "1" })).toBe("A = 1\nRegister = 1\n");
	expect(change("A = 1", { Register: "1" })).toBe("A = 1\nRegister = 1");
	expect(change("", { Register: "1" })).toBe("Register = 1\n");
});

test("a line is taken out, and its comment stays", () => {
	expect(change("# Ask.\n#FirstRun = 0\nFirstRun = 1\nB = 1\n", { FirstRun: undefined })).toBe(
		"# Ask.\n#FirstRun = 0\nB = 1\n",
	);
});

test("values in any encoding stay what they are, and new ones are UTF-8", () => {
	const config = Buffer.from("# Z\xfcrich\nA = 1\n", "latin1");
	const changed = withValues(config, { A: "ä" });
	expect(changed.subarray(0, 9)).toEqual(config.subarray(0, 9));
	expect(changed.subarray(9).toString("utf8")).toBe("A = ä\n");
});

test("what belongs to a group goes below the line that begins it", () => {
	const account = { SipAuthUser: "100", SipAuthPassword: "secret" };
	expect(change("#SipAuthPassword = x\nSipAuthUser = 1\nA = 1\n", account)).toBe(
		"#SipAuthPassword = x\nSipAuthUser = 100\nSipAuthPassword = secret\nA = 1\n",
	);
	expect(change("#SipAuthUser =\n#SipAuthPassword =\nA = 1\n", account)).toBe(
		"SipAuthUser = 100\nSipAuthPassword = secret\nA = 1\n",
	);
	expect(change("#SipAuthPassword =\n#SipAuthUser =\n", account)).toBe(
		"#SipAuthPassword =\nSipAuthUser = 100\nSipAuthPassword = secret\n",
	);
	expect(change("A = 1\r\n#SipAuthPassword =\r\nA = 1\r\n", account)).toBe(
		"A = 1\r\n#SipAuthPassword =\r\nA = 1\r\nSipAuthUser = 100\r\nSipAuthPassword = secret\r\n",
	);
});
