import type { MiddlewareHandler } from "hono";
import type { WebApp, WebContext, WebEnv } from "../../web/web.ts";
import { isRowGroup, type RowGroup } from "../../words/settings/types.ts";
import { viewOf } from "../page/view.tsx";
import { type Notice, ROW_PAGES, settingsTexts } from "./frame.tsx";
import { moved, type RowsForm, readRows, rebased } from "./rows.ts";
import { type RowsPageRequest, rowsPage } from "./rows-page.tsx";
import { rulesPage } from "./rules-page.tsx";
import { outcomeNotice, refusal, savedNotice, whoOf } from "./settings-routes.ts";
import type { SettingsSource, ShownGroup, ShownRow, TriedAddress } from "./settings-types.ts";

/** The most addresses that are tried at once. */
const MAX_TRIED = 50;
/** The group whose rows can be tried. */
const RULES: RowGroup = "TranslationPattern";

/** What one of these pages shows of what was typed. */
interface Shown extends Partial<RowsPageRequest> {
	readonly notice?: Notice | undefined;
	readonly addresses?: string;
	readonly tried?: readonly TriedAddress[];
	readonly status?: 200 | 400;
}

/** The pages of lines that are repeated: rules, accounts, users, tokens and webhooks. */
export function mountRowsPages(
	app: WebApp,
	guards: readonly [MiddlewareHandler<WebEnv>, MiddlewareHandler<WebEnv>],
	source: SettingsSource,
	restarts: boolean,
): void {
	for (const [name, path] of Object.entries(ROW_PAGES)) {
		const group = isRowGroup(name) ? source.group(name) : undefined;
		if (!group || !isRowGroup(name)) continue;
		const page = (c: WebContext, { status = 200, ...shown }: Shown): Response => {
			const request = { path, group: { ...group, name }, restarts, ...shown };
			const text =
				name === RULES ? rulesPage(viewOf(c), source, request) : rowsPage(viewOf(c), source, request);
			return c.html(text, status) as Response;
		};
		app.get(path, ...guards, (c) => page(c, { notice: savedNotice(c, source) }));
		app.post(path, ...guards, async (c) => {
			const fields = new URLSearchParams(await c.req.text());
			const form = readRows(fields, group);
			const rows = moved(form.rows, form.what, form.row);
			const addresses = fields.get("addresses") ?? "";
			if (form.what === "save") {
				const shown = await saved(c, source, { ...form, rows }, group);
				return shown ? page(c, { ...shown, addresses }) : c.redirect(`${path}?saved`, 303);
			}
			const tried = form.what === "test" && name === RULES ? await tryRows(c, source, rows, addresses) : {};
			const notice = { kind: "good" as const, text: settingsTexts(viewOf(c)).rules.notSaved };
			return page(c, { rows, addresses, notice, ...tried });
		});
	}
}

/** Saves what was typed. @returns what the page shows if it is not saved. */
async function saved(
	c: WebContext,
	source: SettingsSource,
	{ mark, rows, base }: RowsForm,
	{ name }: ShownGroup,
): Promise<Shown | undefined> {
	const outcome = await source.save({ mark, rows: { group: name, rows } }, whoOf(c));
	if (outcome.kind === "saved") return undefined;
	const notice = outcomeNotice(c, outcome);
	if (outcome.kind === "nothing") return { notice };
	if (outcome.kind === "changed")
		return { notice, rows: rebased(rows, base, source.rows(name)), status: 400 };
	const problems = outcome.kind === "refused" ? outcome.problems : [];
	return { notice, rows, problems, status: 400 };
}

async function tryRows(
	c: WebContext,
	source: SettingsSource,
	rows: readonly ShownRow[],
	addresses: string,
): Promise<Shown> {
	const typed = addresses.split("\n").flatMap((line) => line.trim() || []);
	const results = await source.tryRules(rows, typed.slice(0, MAX_TRIED));
	const problems = results.flatMap((result) => ("message" in result ? result : []));
	if (problems.length > 0) return { notice: refusal(c, problems), problems, status: 400 };
	return { tried: results.flatMap((result) => ("message" in result ? [] : result)) };
}
