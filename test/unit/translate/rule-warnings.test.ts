import { expect, test } from "bun:test";
import { parseOutput } from "../../../src/translate/output-template.ts";
import { ruleWarnings } from "../../../src/translate/rule-warnings.ts";

const GROUPS = { count: 5, names: new Map([["user", [1]]]) };

function warningsOf(output: string): string[] {
	return ruleWarnings({ pattern: "x", output, file: "a", line: 7 }, parseOutput(output, GROUPS));
}

test.each([
	"$1",
	"$0",
	"sip:$1@example.com",
	`sip:\${user}@$2`,
	"sip$1",
	"sip:x@[$1]",
	"sip:x@h:$1",
	"sip:x@h:50$1",
	"sip:x@h:5060$1",
	"sip:x@h$1",
	"$1:$2@$3",
	"<sip:$1@h>",
	'"$1" <sip:$2@h>',
	"sip:$1@h;transport=$2",
	"sip:$1$2$3$4$5@h",
])("%s may be a SIP URI", (output) => {
	expect(warningsOf(output)).toEqual([]);
});

test.each([
	"tel:$1",
	"$1@",
	"http://example.com/$1",
	"sip:",
	"sip:$1@h@g",
	"sip:$1@-$2-",
	"sip:$1@h:70000",
	"100",
])("%s is none, whatever the address", (output) => {
	expect(warningsOf(output)).toEqual([
		expect.stringMatching(/^a:7: TranslationOutput: it is never a SIP URI/),
	]);
});

test("a backslash before a digit is not a group", () => {
	expect(warningsOf("sip:\\1@h")).toEqual([expect.stringContaining("\\1 is not a group")]);
	expect(warningsOf("sip:\\$1@h")).toEqual([expect.stringContaining("dollar sign")]);
});
