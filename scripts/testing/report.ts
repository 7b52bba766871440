/** Reads what `bun test` reports, in a way that lets no test get lost. */
import { DOMParser } from "@xmldom/xmldom";

/** One test case, or one file that did not get as far as its tests. */
export interface TestOutcome {
	readonly file: string;
	/** The enclosing `describe` titles and the test's own. */
	readonly title: string;
	readonly passed: boolean;
	/** Why it counts as failed; empty when it passed. */
	readonly reason: string;
	readonly seconds: number;
}

/**
 * Reads one run's JUnit report. A skipped or unwritten test counts as failed, and so does a file that was
 * to run and is not in the report: it could not be loaded, or holds no test.
 *
 * @param xml the report, or undefined when the run left none, as one does that crashed or called exit
 * @param files the files that were to run
 * @param exitCode of the run; a failing one with no failed test counts as a failure of its own
 */
export function readReport(
	xml: string | undefined,
	files: readonly string[],
	exitCode: number,
): TestOutcome[] {
	if (xml === undefined) {
		return [failure(files.join(" "), `ended without a report (exit code ${exitCode})`)];
	}
	const cases = new DOMParser().parseFromString(xml, "text/xml").getElementsByTagName("testcase");
	const outcomes = Array.from(cases, (element) => {
		const reason = failedChild(element.childNodes);
		const classes = element.getAttribute("classname") ?? "";
		const describes = classes
			.split(" > ")
			.reverse()
			.filter((title) => title !== "");
		return {
			file: element.getAttribute("file") ?? "",
			title: [...describes, element.getAttribute("name") ?? ""].join(" > "),
			passed: reason === undefined,
			reason: reason ?? "",
			seconds: Number(element.getAttribute("time") ?? "0"),
		};
	});
	const seen = new Set(outcomes.map((outcome) => outcome.file));
	const missing = files
		.filter((file) => !seen.has(file))
		.map((file) => failure(file, "ran no test: it could not be loaded, or holds none"));
	const all = [...outcomes, ...missing];
	if (exitCode !== 0 && all.every((outcome) => outcome.passed)) {
		all.push(
			failure(files.join(" "), `exit code ${exitCode} with no failed test: an error outside of the tests`),
		);
	}
	return all;
}

const FAILED: Readonly<Record<string, string>> = {
	failure: "failed",
	error: "failed",
	skipped: "skipped, which counts as failed",
};

function failedChild(nodes: Iterable<{ readonly nodeName: string }>): string | undefined {
	for (const node of nodes) {
		const reason = FAILED[node.nodeName];
		if (reason !== undefined) return reason;
	}
	return undefined;
}

function failure(file: string, reason: string): TestOutcome {
	return { file, title: "", passed: false, reason, seconds: 0 };
}
