import type { History } from "../../../../src/history/history.ts";
import { LiveCalls } from "../../../../src/live/live-calls.ts";
import { FakeClock } from "../../../support/fake-clock.ts";
import { FakeCalls } from "../../api/support.ts";
import { setUp } from "../support.ts";

/** The pages on a history, or on none. */
export function pagesOf(history: History | undefined, password?: string) {
	const clock = new FakeClock();
	const translate = () => ({ ok: false, code: "no-rule", reason: "no translation rule matches it" }) as const;
	return setUp({
		password,
		api: { calls: new FakeCalls(), live: new LiveCalls(), history, clock, translate },
	});
}

const ENTITIES: Readonly<Record<string, string>> = {
	"&amp;": "&",
	"&lt;": "<",
	"&gt;": ">",
	"&quot;": '"',
	"&#39;": "'",
};

/** The texts of an element's occurrences as they are read, without tags. */
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
