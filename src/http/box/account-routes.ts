import type { WebApp, WebContext } from "../../web/web.ts";
import { viewOf } from "../page/view.tsx";
import { accountPage, trialNotice } from "./account-page.tsx";
import { attempt, type Guards } from "./box-forms.ts";
import { firstCallPage } from "./first-run-page.tsx";
import { boxTexts, type Notice } from "./frame.tsx";
import { outcomeNotice, savedNotice, whoOf } from "./settings-routes.ts";
import type { SettingsProblem } from "./settings-types.ts";
import type { BoxSource, TypedAccount } from "./types.ts";

/** What a page of the account is to say. */
interface Told {
	readonly notice?: Notice | undefined;
	readonly typed?: TypedAccount;
	readonly problems?: readonly SettingsProblem[];
	readonly status?: 200 | 400;
}

/** The pages of the PBX and the account at it, and of the first call. */
export function mountAccount(app: WebApp, guards: Guards, source: BoxSource): void {
	const restarts = source.restart !== undefined;
	const page = (c: WebContext, first: boolean, told: Told) => {
		const { notice, typed, problems = [], status = 200 } = told;
		const shown = {
			...source.account(),
			...(typed && { pbx: typed.pbx, user: typed.user, realm: typed.realm }),
		};
		const content = { notice, first, problems, source: source.settings, restarts };
		return c.html(accountPage(viewOf(c), shown, content), status);
	};
	app.get("/setup/account", ...guards, (c) =>
		page(c, c.req.query("first") !== undefined, { notice: savedNotice(c, source.settings) }),
	);
	app.post("/setup/try", ...guards, async (c) => {
		const { account, first } = await readAccount(c);
		const { trial: texts } = boxTexts(viewOf(c));
		const wantsJson = (c.req.header("Accept") ?? "").includes("application/json");
		return attempt(
			c,
			async () => {
				const outcome = await source.tryAccount(account);
				const notice = trialNotice(texts, account, outcome);
				return wantsJson
					? c.json({ ...outcome, text: notice.text })
					: page(c, first, { notice, typed: account });
			},
			(notice) =>
				wantsJson
					? c.json({ kind: "invalid", text: notice.text }, 400)
					: page(c, first, { notice, typed: account, status: 400 }),
		);
	});
	app.post("/setup/account", ...guards, async (c) => {
		const { account, first } = await readAccount(c);
		return attempt(
			c,
			async () => {
				const outcome = await source.saveAccount(account, whoOf(c));
				if (outcome.kind === "refused")
					return page(c, first, {
						notice: outcomeNotice(c, outcome),
						typed: account,
						problems: outcome.problems,
						status: 400,
					});
				if (outcome.kind !== "saved" && outcome.kind !== "nothing")
					return page(c, first, { notice: outcomeNotice(c, outcome), typed: account, status: 400 });
				if (first) return goToFirstCall(c, source);
				if (outcome.kind === "nothing") return page(c, first, { notice: outcomeNotice(c, outcome) });
				return c.redirect("/setup/account?saved", 303);
			},
			(notice) => page(c, first, { notice, typed: account, status: 400 }),
		);
	});
	app.get("/setup/first-call", ...guards, (c) =>
		c.html(firstCallPage(viewOf(c), { source: source.settings, restarts })),
	);
}

/** In the first run, what needs a restart gets one by itself. */
function goToFirstCall(c: WebContext, { settings, restart }: BoxSource): Response {
	if (settings.waitingForRestart().length === 0) return c.redirect("/setup/first-call", 303);
	settings.beforeRestart();
	restart?.();
	return c.redirect("/setup/restarting?to=first", 303);
}

async function readAccount(c: WebContext): Promise<{ account: TypedAccount; first: boolean }> {
	const fields = new URLSearchParams(await c.req.text());
	const typed = (name: string): string => (fields.get(name) ?? "").trim();
	const account = {
		pbx: typed("pbx"),
		user: typed("user"),
		password: fields.get("password") ?? "",
		realm: typed("realm"),
	};
	return { account, first: fields.has("first") };
}
