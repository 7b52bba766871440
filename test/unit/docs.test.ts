import { expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";

const ROOT = join(import.meta.dir, "../..");

const PAGES = [
	...readdirSync(ROOT).filter((file) => file.endsWith(".md")),
	...readdirSync(join(ROOT, "docs"))
		.filter((file) => file.endsWith(".md"))
		.map((file) => `docs/${file}`),
];

/** The text without what is code. */
function prose(page: string): string {
	return readFileSync(join(ROOT, page), "utf8")
		.replace(/^```.*?^```/gms, "")
		.replace(/`[^`\n]*`/g, "");
}

/** The anchors of a page, as GitHub makes them of headings. */
function anchors(page: string): string[] {
	const headings = readFileSync(join(ROOT, page), "utf8")
		.replace(/^```.*?^```/gms, "")
		.matchAll(/^#+ (.+)$/gm);
	return [...headings].map(([, heading = ""]) =>
		heading
			.toLowerCase()
			.replace(/[^\p{L}\p{N} _-]/gu, "")
			.replaceAll(" ", "-"),
	);
}

test.each(PAGES)("every link of %s leads to a file and a heading that are there", (page) => {
	const links = [...prose(page).matchAll(/\]\(([^)\s]+)\)|src="([^"]+)"/g)].map(
		([, link, source]) => link ?? source ?? "",
	);
	const broken = links
		.filter((link) => !/^[a-z]+:/.test(link))
		.filter((link) => {
			const [path = "", anchor] = link.split("#");
			const target = path === "" ? page : relative(ROOT, join(ROOT, dirname(page), path));
			if (!existsSync(join(ROOT, target))) return true;
			return anchor !== undefined && !anchors(target).includes(anchor);
		});
	expect(broken).toEqual([]);
});

test("README is short, and leads to every page", () => {
	const readme = readFileSync(join(ROOT, "README.md"), "utf8");
	expect(readme.split("\n").length).toBeLessThanOrEqual(200);
	const elsewhere = PAGES.map((page) => prose(page)).join("\n");
	for (const page of PAGES.filter((name) => name.startsWith("docs/"))) {
		expect(`${readme}${elsewhere}`).toContain(`${page.replace("docs/", "")}`);
	}
});
