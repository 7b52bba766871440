import type { MiddlewareHandler } from "hono";
import type { WebApp, WebContext, WebEnv } from "../../web/web.ts";
import { viewOf } from "../page/view.tsx";
import { type Notice, settingsTexts } from "./frame.tsx";
import { settingsPage, versionsPage } from "./settings-page.tsx";
import type { SaveOutcome, SettingsProblem, SettingsSource } from "./settings-types.ts";

/** Fields of the form that are no settings. */
const MARK = "mark";
/** What the page showed before anything was typed. */
const BASE = "base";

/** The pages of the settings that have one value, and of the versions. */
export function mountSettingsPages(
	app: WebApp,
	guards: readonly [MiddlewareHandler<WebEnv>, MiddlewareHandler<WebEnv>],
	source: SettingsSource,
	restarts: boolean,
): void {
	app.get("/setup/settings", ...guards, (c) =>
		c.html(settingsPage(viewOf(c), source, { restarts, notice: savedNotice(c, source) })),
	);
	app.post("/setup/settings", ...guards, async (c) => {
		const fields = new URLSearchParams(await c.req.text());
		const mark = fields.get(MARK) ?? "";
		const base = readBase(fields.get(BASE));
		fields.delete(MARK);
		fields.delete(BASE);
		const typed = new Map(fields);
		const outcome = await source.save({ mark, values: typed }, whoOf(c));
		if (outcome.kind === "saved") return c.redirect("/setup/settings?saved", 303);
		const problems = outcome.kind === "refused" ? outcome.problems : [];
		// What was not touched is shown as somebody else has set it.
		const touched = new Map([...typed].filter(([name, text]) => text !== base.get(name)));
		const shown =
			outcome.kind === "nothing" ? {} : { typed: outcome.kind === "changed" ? touched : typed, problems };
		const page = settingsPage(viewOf(c), source, { restarts, notice: outcomeNotice(c, outcome), ...shown });
		return c.html(page, outcome.kind === "nothing" ? 200 : 400);
	});
	app.post("/setup/confirm", ...guards, (c) => {
		// A new connection may find another port or certificate, or none.
		if (c.env.isFromBefore?.()) return c.html(settingsPage(viewOf(c), source, { restarts }), 409);
		source.confirm();
		return c.redirect("/setup/settings?kept", 303);
	});
	app.get("/setup/versions", ...guards, (c) =>
		c.html(versionsPage(viewOf(c), source, { restarts, notice: savedNotice(c, source) })),
	);
	app.post("/setup/versions", ...guards, async (c) => {
		const fields = new URLSearchParams(await c.req.text());
		const outcome = await source.goBack(Number(fields.get("id")), whoOf(c));
		if (outcome.kind === "saved") return c.redirect("/setup/versions?saved", 303);
		const notice = outcomeNotice(c, outcome);
		return c.html(
			versionsPage(viewOf(c), source, { restarts, notice }),
			outcome.kind === "nothing" ? 200 : 400,
		);
	});
}

function readBase(text: string | null): ReadonlyMap<string, unknown> {
	try {
		return new Map(Object.entries(JSON.parse(text ?? "{}")));
	} catch {
		return new Map();
	}
}

/** What a page says of a change that was not made. */
export function outcomeNotice(c: WebContext, outcome: Exclude<SaveOutcome, { kind: "saved" }>): Notice {
	const texts = settingsTexts(viewOf(c));
	switch (outcome.kind) {
		case "refused":
			return refusal(c, outcome.problems);
		case "changed":
			return { kind: "bad", text: texts.changed };
		case "nothing":
			return { kind: "good", text: texts.unchanged };
		case "failed":
			return { kind: "bad", text: texts.failed, details: outcome.message };
	}
}

/** What a page says of what is wrong with a change. */
export function refusal(c: WebContext, problems: readonly SettingsProblem[]): Notice {
	const { problems: text } = settingsTexts(viewOf(c));
	return { kind: "bad", text, details: problems.map(({ message }) => message).join("\n") };
}

/** What a page says once a change is in the file, and the running server has answered. */
export function savedNotice(c: WebContext, { lastSaved }: SettingsSource): Notice | undefined {
	const texts = settingsTexts(viewOf(c));
	if (c.req.query("kept") !== undefined) return { kind: "good", text: texts.kept };
	if (c.req.query("saved") === undefined) return undefined;
	const { live = [], notTaken } = lastSaved ?? {};
	if (notTaken) return { kind: "bad", text: texts.notTaken, details: notTaken.join("\n") };
	return {
		kind: "good",
		text: live.length > 0 ? `${texts.saved} ${texts.inForce(live.join(", "))}` : texts.saved,
	};
}

/** Who has changed something, for the list of versions. */
export function whoOf(c: WebContext): string {
	const { user, peer } = c.env;
	return user === undefined ? `${peer}` : `${user} (${peer})`;
}
