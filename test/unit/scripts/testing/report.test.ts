import { expect, test } from "bun:test";
import { readReport } from "../../../../scripts/testing/report.ts";

const FILE = "test/unit/a.test.ts";

function report(...cases: string[]): string {
	return `<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="bun test"><testsuite name="${FILE}"><testsuite name="inner">
${cases.join("\n")}
</testsuite></testsuite></testsuites>`;
}

const PASSED = `<testcase name="works" classname="inner &gt; outer &lt;&amp;&gt;" time="1.5" file="${FILE}" />`;

test("a test case is read with its titles from the outside in", () => {
	expect(readReport(report(PASSED), [FILE], 0)).toEqual([
		{ file: FILE, title: "outer <&> > inner > works", passed: true, reason: "", seconds: 1.5 },
	]);
});

test.each([
	["<failure message='x'>y</failure>", "failed"],
	["<skipped />", "skipped, which counts as failed"],
	["<skipped message='TODO' />", "skipped, which counts as failed"],
])("a test case with %s counts as failed", (child, reason) => {
	const xml = report(`<testcase name="t" classname="" time="0" file="${FILE}">${child}</testcase>`);
	expect(readReport(xml, [FILE], 1)).toEqual([{ file: FILE, title: "t", passed: false, reason, seconds: 0 }]);
});

test("a run without a report counts as failed, whatever its exit code", () => {
	for (const exitCode of [0, 1, 139]) {
		const [outcome, ...others] = readReport(undefined, [FILE], exitCode);
		expect(outcome).toMatchObject({ file: FILE, passed: false });
		expect(outcome?.reason).toContain(String(exitCode));
		expect(others).toEqual([]);
	}
});

test("a file that is not in the report counts as failed", () => {
	const outcomes = readReport(report(PASSED), [FILE, "test/unit/b.test.ts"], 1);
	expect(outcomes.map(({ file, passed }) => [file, passed])).toEqual([
		[FILE, true],
		["test/unit/b.test.ts", false],
	]);
});

test("an exit code that says failure is believed when every test passed", () => {
	expect(readReport(report(PASSED), [FILE], 1).map(({ passed }) => passed)).toEqual([true, false]);
});
