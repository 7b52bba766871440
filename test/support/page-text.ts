const ENTITIES: Readonly<Record<string, string>> = {
	"&amp;": "&",
	"&lt;": "<",
	"&gt;": ">",
	"&quot;": '"',
	"&#39;": "'",
};

/** The texts of an element's occurrences in a page as they are read, without tags. */
export function textsOf(page: string, element: string): string[] {
	return [...page.matchAll(new RegExp(`<${element}\\b[^>]*>(.*?)</${element}>`, "gs"))].map(
		([, inner = ""]) =>
			inner
				.replaceAll(/<[^>]*>/g, " ")
				.replaceAll(/\s+/g, " ")
				.trim()
				.replaceAll(/&[^;]+;/g, (entity) => ENTITIES[entity] ?? entity),
	);
}

/** The address of the link with this text. */
export function linkOf(page: string, text: string): string | undefined {
	for (const [, href = "", inner] of page.matchAll(/<a [^>]*?href="([^"]*)"[^>]*>([^<]*)<\/a>/g)) {
		if (inner === text) return href.replaceAll("&amp;", "&");
	}
	return undefined;
}
