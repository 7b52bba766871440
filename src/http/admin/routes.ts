import type { WebApp, WebContext } from "../../web/web.ts";
import type { Access } from "../access.ts";
import { guardForAdmin, guardPages, sentencePage } from "../page/layout.tsx";
import { englishView } from "../page/view.tsx";
import { adminPage } from "./admin-page.tsx";
import type { AdminSource } from "./types.ts";

/** Longest address that is tried, in characters. */
export const MAX_ADDRESS = 512;

/** The administration page: `address` is one to try, `log` scrolls the log into view. */
export function mountAdminPages(app: WebApp, access: Access, source: AdminSource): void {
	app.get("/admin", guardPages(access), guardForAdmin(access), (c) => {
		// Spaces at the end are left out as when a call is placed.
		const address = (c.req.query("address") ?? "").trimEnd();
		if (address.length > MAX_ADDRESS) return refuse(c, `at most ${MAX_ADDRESS} characters.`);
		// In a query a bare "+" is a space, and no page places a call to an address that begins with one.
		if (address.startsWith(" ")) return refuse(c, "no space at the beginning; write a plus sign as %2B.");
		return c.html(adminPage(englishView(c), source, { address, showLog: c.req.query("log") !== undefined }));
	});
}

function refuse(c: WebContext, expected: string): Response | Promise<Response> {
	return c.html(
		sentencePage(englishView(c), "This address cannot be tried", `address: expected ${expected}`, "admin"),
		400,
	);
}
