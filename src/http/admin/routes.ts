import type { WebApp } from "../../web/web.ts";
import { ADMIN_TEXTS } from "../../words/admin/texts.ts";
import type { Access } from "../access.ts";
import { guardForAdmin, guardPages, sentencePage } from "../page/layout.tsx";
import { viewOf } from "../page/view.tsx";
import { adminPage } from "./admin-page.tsx";
import type { AdminSource } from "./types.ts";

/** Longest address that is tried, in characters. */
export const MAX_ADDRESS = 512;

/** The administration page: `address` is one to try, `log` scrolls the log into view. @param hasBox whether there are pages that set the box up. */
export function mountAdminPages(app: WebApp, access: Access, source: AdminSource, hasBox = false): void {
	app.get("/admin", guardPages(access), guardForAdmin(access), (c) => {
		// Spaces at the end are left out as when a call is placed.
		const address = (c.req.query("address") ?? "").trimEnd();
		const texts = ADMIN_TEXTS[viewOf(c).texts.language];
		const refuse = (expected: string) =>
			c.html(sentencePage(viewOf(c), texts.cannotBeTried, expected, "admin"), 400);
		if (address.length > MAX_ADDRESS) return refuse(texts.tooLong(MAX_ADDRESS));
		// In a query a bare "+" is a space, and no page places a call to an address that begins with one.
		if (address.startsWith(" ")) return refuse(texts.spaceFirst);
		return c.html(
			adminPage(viewOf(c), source, { address, showLog: c.req.query("log") !== undefined, hasBox }),
		);
	});
}
