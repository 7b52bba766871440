import { expandOutput, groupsIn, type OutputTemplate } from "./output-template.ts";
import { parseSipAddress } from "./sip-uri.ts";
import type { TranslationRule } from "./types.ts";

/** Sample contents of groups: a part of a URI, or all of it. */
const SAMPLES: readonly string[] = [
	"100",
	"example.com",
	"sip:alice@example.com",
	"alice@example.com",
	"5060",
	"",
	"sip",
	"sip:",
	":alice@example.com",
	"@example.com",
	"1",
	"2001:db8::1",
	"udp",
	";transport=udp",
	":5060",
];

/** The most outputs that are tried; with more combinations of samples there is no warning. */
const MAX_TRIES = 4000;

/** Probable mistakes in a usable rule, one line each; without the output, which may contain a password. */
export function ruleWarnings(
	{ file, line, output: text }: TranslationRule,
	output: OutputTemplate,
): string[] {
	const warnings: string[] = [];
	if (output.escapesReference)
		warnings.push(
			"\\$ is a dollar sign in the URI; for a group of the pattern write $1, without the backslash",
		);
	const backslash = /\\\d/.exec(text)?.[0];
	if (backslash !== undefined)
		warnings.push(
			`${backslash} is not a group of the pattern and goes into the URI as it is; write $${backslash.slice(1)}`,
		);
	if (neverUri(output)) warnings.push(`it is never a SIP URI, whatever the address: ${reasonOf(output)}`);
	return warnings.map((warning) => `${file}:${line}: TranslationOutput: ${warning}`);
}

function neverUri(output: OutputTemplate): boolean {
	const groups = groupsIn(output);
	const combinations = SAMPLES.length ** groups.length;
	if (combinations > MAX_TRIES) return false;
	for (let number = 0; number < combinations; number += 1) {
		const captures: string[] = [];
		let rest = number;
		for (const group of groups) {
			captures[group] = SAMPLES[rest % SAMPLES.length] ?? "";
			rest = Math.floor(rest / SAMPLES.length);
		}
		if (parseSipAddress(expandOutput(output, captures)).ok) return false;
	}
	return true;
}

/** What is wrong with it for an ordinary address. */
function reasonOf(output: OutputTemplate): string {
	const result = parseSipAddress(expandOutput(output, Array<string>(100).fill("100")));
	return result.ok ? "" : result.reason;
}
