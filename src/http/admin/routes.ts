import type { Access } from "../access.ts";
import { guardPages, sentencePage } from "../page/layout.tsx";
import type { WebApp } from "../web.ts";
import { adminPage } from "./admin-page.tsx";
import type { AdminSource } from "./types.ts";

/** Longest address that is tried, in characters. */
const MAX_ADDRESS = 512;

/** The page of the administrator. */
export function mountAdminPages(app: WebApp, access: Access, source: AdminSource): void {
	app.get("/admin", guardPages(access), (c) => {
		const address = c.req.query("address")?.trim() ?? "";
		if (address.length > MAX_ADDRESS) {
			const sentence = `The address is too long: expected at most ${MAX_ADDRESS} characters.`;
			return c.html(sentencePage("Cannot be tried", sentence, "admin"), 400);
		}
		return c.html(adminPage(source, address));
	});
}
