/** Makes the pictures of README and docs: the demo as a browser shows it. Needs Debian's chromium and a built executable. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { chromium, type Page } from "playwright-core";
import { DemoServer } from "../test/support/demo-server.ts";

const FOLDER = join(import.meta.dir, "../docs");

interface Picture {
	readonly file: string;
	readonly colorScheme: "light" | "dark";
	readonly width: number;
	readonly height: number;
	/** Brings the page to what is to be seen. */
	readonly show: (page: Page, server: DemoServer) => Promise<void>;
}

async function showCalls(page: Page, server: DemoServer): Promise<void> {
	await page.goto(server.url("/"));
	await page.getByText("connected").first().waitFor();
	await page.getByText("rings").first().waitFor();
}

const PICTURES: readonly Picture[] = [
	{ file: "calls-light.png", colorScheme: "light", width: 1100, height: 640, show: showCalls },
	{ file: "calls-dark.png", colorScheme: "dark", width: 1100, height: 640, show: showCalls },
	{ file: "calls-phone.png", colorScheme: "light", width: 390, height: 780, show: showCalls },
	{
		file: "history.png",
		colorScheme: "light",
		width: 1100,
		height: 760,
		show: async (page, server) => {
			await page.goto(server.url("/history"));
		},
	},
	{
		file: "administration.png",
		colorScheme: "light",
		width: 1100,
		height: 760,
		show: async (page, server) => {
			await page.goto(server.url("/admin?address=alice"));
		},
	},
];

const server = await DemoServer.start();
const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
try {
	mkdirSync(FOLDER, { recursive: true });
	for (const [from, to] of [
		["alice", "busy"],
		["alice", "bob"],
		["carol", "bob"],
		["alice", "nobody"],
	]) {
		await server.place({ initiator: from ?? "", destination: to ?? "", anchor: true });
	}
	for (const { file, colorScheme, width, height, show } of PICTURES) {
		const page = await browser.newPage({ colorScheme, viewport: { width, height } });
		await show(page, server);
		await page.screenshot({ path: join(FOLDER, file) });
		await page.close();
	}
} finally {
	await browser.close();
	await server.stop();
}
