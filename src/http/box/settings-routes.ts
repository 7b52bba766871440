import type { MiddlewareHandler } from "hono";
import type { WebApp, WebContext, WebEnv } from "../../web/web.ts";
import { viewOf } from "../page/view.tsx";
import { type Notice, settingsTexts } from "./frame.tsx";
import { rulesPage } from "./rules-page.tsx";
import { settingsPage, versionsPage } from "./settings-page.tsx";
import type { SaveOutcome, SettingsProblem, SettingsSource, ShownRule } from "./settings-types.ts";

/** The most addresses that are tried at once. */
const MAX_TRIED = 50;
/** Fields of the form that are no settings. */
const MARK = "mark";

/** The pages of the settings, the rules and their versions. */
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
		fields.delete(MARK);
		const typed = new Map(fields);
		const outcome = await source.save({ mark, values: typed }, whoOf(c));
		if (outcome.kind === "saved") return c.redirect("/setup/settings?saved", 303);
		const problems = outcome.kind === "refused" ? outcome.problems : [];
		const shown = outcome.kind === "changed" || outcome.kind === "nothing" ? {} : { typed, problems };
		const page = settingsPage(viewOf(c), source, { restarts, notice: outcomeNotice(c, outcome), ...shown });
		return c.html(page, outcome.kind === "nothing" ? 200 : 400);
	});
	app.post("/setup/confirm", ...guards, (c) => {
		source.confirm();
		return c.redirect("/setup/settings?kept", 303);
	});
	mountRules(app, guards, source, restarts);
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

function mountRules(
	app: WebApp,
	guards: readonly [MiddlewareHandler<WebEnv>, MiddlewareHandler<WebEnv>],
	source: SettingsSource,
	restarts: boolean,
): void {
	app.get("/setup/rules", ...guards, (c) =>
		c.html(rulesPage(viewOf(c), source, { restarts, notice: savedNotice(c, source) })),
	);
	app.post("/setup/rules", ...guards, async (c) => {
		const fields = new URLSearchParams(await c.req.text());
		const view = viewOf(c);
		const addresses = fields.get("addresses") ?? "";
		const [what = "", row = ""] = (fields.get("do") ?? "").split(" ");
		const rules = moved(rulesOf(fields), what, Number(row));
		const shown = { restarts, rules, addresses };
		if (what === "save") {
			const outcome = await source.save({ mark: fields.get(MARK) ?? "", rules }, whoOf(c));
			if (outcome.kind === "saved") return c.redirect("/setup/rules?saved", 303);
			const notice = outcomeNotice(c, outcome);
			const known = outcome.kind === "changed" ? { restarts } : shown;
			return c.html(rulesPage(view, source, { ...known, notice }), outcome.kind === "nothing" ? 200 : 400);
		}
		const { rules: texts } = settingsTexts(view);
		const typed = addresses.split("\n").flatMap((line) => line.trim() || []);
		const results = what === "test" ? await source.tryRules(rules, typed.slice(0, MAX_TRIED)) : [];
		const problems = results.flatMap((result) => ("message" in result ? result : []));
		const tried = results.flatMap((result) => ("message" in result ? [] : result));
		const notice =
			problems.length > 0 ? refusal(c, problems) : { kind: "good" as const, text: texts.notSaved };
		return c.html(rulesPage(view, source, { ...shown, notice, tried }), problems.length > 0 ? 400 : 200);
	});
}

function rulesOf(fields: URLSearchParams): ShownRule[] {
	const [patterns, outputs, origins] = ["pattern", "output", "from"].map((name) => fields.getAll(name));
	return (patterns ?? []).map((pattern, index) => {
		const from = origins?.[index] ?? "";
		return { pattern, output: outputs?.[index] ?? "", from: /^\d+$/.test(from) ? Number(from) : undefined };
	});
}

function moved(rules: readonly ShownRule[], what: string, row: number): readonly ShownRule[] {
	const rule = rules[row];
	if (what === "add") return [...rules, { pattern: "", output: "" }];
	if (!rule) return rules;
	const others = rules.toSpliced(row, 1);
	if (what === "remove") return others;
	if (what === "up") return others.toSpliced(Math.max(row - 1, 0), 0, rule);
	return what === "down" ? others.toSpliced(row + 1, 0, rule) : rules;
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

function refusal(c: WebContext, problems: readonly SettingsProblem[]): Notice {
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
