import { readFileSync } from "node:fs";
import { type Browser, chromium, type Page } from "playwright-core";

/** Debian's browser; `scripts/test` installs it. */
const CHROMIUM = "/usr/bin/chromium";

const AXE = readFileSync(Bun.resolveSync("axe-core/axe.min.js", import.meta.dir), "utf8");

/** What axe-core objects to. */
interface Violation {
	readonly id: string;
	readonly help: string;
	readonly nodes: readonly { readonly html: string }[];
}

/** A browser without a window. The sandbox needs rights that a container may not give. */
export function launchBrowser(): Promise<Browser> {
	return chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
}

/** What is wrong with a page for who cannot see it, or not well (WCAG 2.2 A and AA, and good practice). */
export async function accessibilityFaults(page: Page): Promise<string[]> {
	// By the debugger: the page's own policy would not let the script in.
	const violations = (await page.evaluate(
		`${AXE}; axe.run(document).then(({ violations }) => violations)`,
	)) as Violation[];
	return violations.map(
		({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ html }) => html).join(" ")}`,
	);
}
