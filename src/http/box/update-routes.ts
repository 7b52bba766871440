import type { WebApp, WebContext } from "../../web/web.ts";
import { viewOf } from "../page/view.tsx";
import { attempt, type Guards, withForm } from "./box-forms.ts";
import { boxTexts, type Notice } from "./frame.tsx";
import { BoxError, type BoxSource } from "./types.ts";
import { updatePage } from "./update-page.tsx";

/** The page of updates. */
export function mountUpdates(app: WebApp, guards: Guards, source: BoxSource): void {
	const page = (c: WebContext, notice?: Notice, checked?: Parameters<typeof updatePage>[2]["checked"]) =>
		c.html(updatePage(viewOf(c), source.updates, { notice, checked }), notice?.kind === "bad" ? 400 : 200);
	app.get("/setup/update", ...guards, (c) => page(c));
	app.post("/setup/update", ...guards, (c) =>
		withForm(
			c,
			source,
			async ({ files }) => {
				const file = files.get("package");
				const { update: texts } = boxTexts(viewOf(c));
				if (!file) throw new BoxError(texts.missing);
				if (!source.updates) throw new BoxError(texts.notHere);
				return page(c, undefined, await source.updates.check(file.path));
			},
			(notice) => page(c, notice),
		),
	);
	app.post("/setup/update/install", ...guards, async (c) => {
		const fields = new URLSearchParams(await c.req.text());
		return attempt(
			c,
			async () => {
				if (!source.updates) throw new BoxError("", "not here");
				source.updates.install(fields.get("sha256") ?? "", fields.has("older"));
				source.restart?.();
				return c.redirect("/setup/restarting?to=update", 303);
			},
			(notice) => page(c, notice),
		);
	});
	app.post("/setup/update/back", ...guards, async (c) =>
		attempt(
			c,
			async () => {
				if (!source.updates) throw new BoxError("", "not here");
				source.updates.goBack();
				source.restart?.();
				return c.redirect("/setup/restarting?to=update", 303);
			},
			(notice) => page(c, notice),
		),
	);
}
