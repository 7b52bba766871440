import { afterAll, beforeAll } from "bun:test";
import { createHash, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { DemoServer } from "./demo-server.ts";

/** Debian's browser; `scripts/test` installs it. */
const CHROMIUM = "/usr/bin/chromium";

const AXE = readFileSync(Bun.resolveSync("axe-core/axe.min.js", import.meta.dir), "utf8");

/** What axe-core objects to. */
interface Violation {
	readonly id: string;
	readonly help: string;
	readonly nodes: readonly { readonly html: string }[];
}

/**
 * A browser without a window. The sandbox needs rights that a container may not give.
 *
 * @param trusted the certificate of a server, PEM, whose key it takes whoever has signed it.
 */
export function launchBrowser(trusted?: string): Promise<Browser> {
	const trust = trusted === undefined ? [] : [`--ignore-certificate-errors-spki-list=${keyHash(trusted)}`];
	return chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox", ...trust] });
}

function keyHash(certificate: string): string {
	const key = new X509Certificate(certificate).publicKey.export({ type: "spki", format: "der" });
	return createHash("sha256").update(key).digest("base64");
}

/** How long a page may take to show what is waited for, in milliseconds. */
const PATIENCE = 10_000;

/** A page that fails a test in time. */
export async function newPage(context: BrowserContext): Promise<Page> {
	const page = await context.newPage();
	page.setDefaultTimeout(PATIENCE);
	return page;
}

/** A browser and the demo, for all tests of a file. */
export class BrowserBench {
	#browser: Browser | undefined;
	#demo: DemoServer | undefined;

	constructor() {
		beforeAll(async () => {
			this.#browser = await launchBrowser();
			this.#demo = await DemoServer.start();
		});
		afterAll(async () => {
			await this.#browser?.close();
			await this.#demo?.stop();
		});
	}

	get browser(): Browser {
		if (!this.#browser) throw new Error("the browser is not started yet");
		return this.#browser;
	}

	get demo(): DemoServer {
		if (!this.#demo) throw new Error("the demo is not started yet");
		return this.#demo;
	}
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
