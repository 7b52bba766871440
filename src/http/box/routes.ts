import { basename } from "node:path";
import type { WebApp, WebContext } from "../../web/web.ts";
import { dateAndTime } from "../../words/words.ts";
import type { Access } from "../access.ts";
import { guardForAdmin, guardPages, pagePolicy, sentencePage } from "../page/layout.tsx";
import { viewOf } from "../page/view.tsx";
import { mountAccount } from "./account-routes.ts";
import { attempt, withForm } from "./box-forms.ts";
import { certificatesPage } from "./certificates-page.tsx";
import { type RestartPageContent, restartPage } from "./first-run-page.tsx";
import { boxTexts, type Notice, settingsTexts } from "./frame.tsx";
import { nextAddresses } from "./next-address.ts";
import { mountRowsPages } from "./rows-routes.ts";
import { mountSettingsPages, outcomeNotice, savedNotice, whoOf } from "./settings-routes.ts";
import type { SaveOutcome } from "./settings-types.ts";
import { transferPage } from "./transfer-page.tsx";
import { BoxError, type BoxSource, type CertificateUse, type ClosedSetUp } from "./types.ts";
import { mountUpdates } from "./update-routes.ts";

/** Where a browser goes on after a restart, by `to`. */
const AFTER_RESTART: ReadonlyMap<string | undefined, string> = new Map([
	["first", "/setup/first-call"],
	// It says which version runs, and whether the new one has gone back.
	["update", "/setup/update"],
]);

/** The name that browsers save an export by. */
const EXPORT_NAME = "clicktocall.setup";

/** The pages that set a box up, besides its settings; all of them for admin. */
export function mountBoxPages(app: WebApp, access: Access, source: BoxSource): void {
	const guards = [guardPages(access), guardForAdmin(access)] as const;
	const restarts = source.restart !== undefined;
	app.get("/setup", (c) => c.redirect("/setup/account", 303));
	mountSettingsPages(app, guards, source.settings, restarts);
	mountRowsPages(app, guards, source.settings, restarts);
	mountAccount(app, guards, source);

	const pending = { source: source.settings, restarts };
	const transfer = (c: WebContext, notice?: Notice, status: 200 | 400 = 200, needsRestart = false) =>
		c.html(transferPage(viewOf(c), { notice, ...pending, needsRestart }), status);
	app.get("/setup/transfer", ...guards, (c) =>
		c.req.query("imported") === undefined
			? transfer(c, savedNotice(c, source.settings))
			: // Its files may need a restart that the settings alone do not.
				transfer(c, { kind: "good", text: boxTexts(viewOf(c)).transfer.done }, 200, true),
	);
	app.post("/setup/export", ...guards, async (c) => {
		const fields = new URLSearchParams(await c.req.text());
		const password = fields.get("password") ?? "";
		if (password !== fields.get("again"))
			return transfer(c, { kind: "bad", text: boxTexts(viewOf(c)).firstRun.differ }, 400);
		return attempt(
			c,
			async () => {
				const file = await source.exportSetUp(password);
				c.header("Content-Disposition", `attachment; filename="${EXPORT_NAME}"`);
				c.header("Content-Type", "application/octet-stream");
				return c.body(file);
			},
			(notice) => transfer(c, notice, 400),
		);
	});
	app.post("/setup/transfer", ...guards, (c) =>
		withForm(
			c,
			source,
			async (form) => {
				const file = form.files.get("file");
				const { transfer: texts } = boxTexts(viewOf(c));
				if (!file) throw new BoxError(texts.missing);
				const password = form.fields.get("file-password") ?? "";
				const outcome = await source.importSetUp(file.path, password, whoOf(c));
				if (outcome.kind !== "saved") return transfer(c, outcomeNotice(c, outcome), statusOf(outcome));
				return c.redirect("/setup/transfer?imported", 303);
			},
			(notice) => transfer(c, notice, 400),
		),
	);

	const certificates = (c: WebContext, notice?: Notice, needsRestart = false, status: 200 | 400 = 200) =>
		c.html(
			certificatesPage(viewOf(c), {
				notice,
				certificates: source.certificates(),
				...pending,
				needsRestart,
			}),
			status,
		);
	app.get("/setup/certificates", ...guards, (c) => {
		const taken = source.certificates().find(({ file }) => basename(file) === c.req.query("taken"));
		if (!taken) return certificates(c, savedNotice(c, source.settings));
		const text = boxTexts(viewOf(c)).certificates.taken(taken.names.join(", "), dateAndTime(taken.end));
		return certificates(c, { kind: "good", text }, c.req.query("restart") !== undefined);
	});
	app.post("/setup/certificates", ...guards, (c) =>
		withForm(
			c,
			source,
			async ({ fields, files }) => {
				const texts = boxTexts(viewOf(c)).certificates;
				const [certificate, key] = [files.get("certificate"), files.get("key")];
				const use = fields.get("use") ?? "";
				if (!certificate || !isUse(use) || (!key && use !== "authority")) throw new BoxError(texts.missing);
				const put = await source.putCertificate(
					{ use, certificate: certificate.path, key: key?.path },
					whoOf(c),
				);
				if (put.outcome.kind !== "saved")
					return certificates(c, outcomeNotice(c, put.outcome), false, statusOf(put.outcome));
				// The browser meets the new certificate with the whole page, not with what belongs to this one.
				const restart = put.needsRestart ? "&restart" : "";
				return c.redirect(
					`/setup/certificates?taken=${encodeURIComponent(basename(put.file))}${restart}`,
					303,
				);
			},
			(notice) => certificates(c, notice, false, 400),
		),
	);

	mountUpdates(app, guards, source);

	app.post("/setup/restart", ...guards, (c) => {
		source.settings.beforeRestart();
		source.restart?.();
		return c.redirect("/setup/restarting", 303);
	});
	app.get("/setup/restarting", ...guards, (c) => {
		const after = source.settings.confirmUntil === undefined ? "/admin" : "/setup/settings";
		const to = AFTER_RESTART.get(c.req.query("to")) ?? after;
		return restarting(c, { to, restarts, addresses: nextAddresses(c, source.webPlaces()) });
	});
}

/** Says why nothing can be changed by the pages. */
export function mountClosedBox(app: WebApp, access: Access, why: ClosedSetUp): void {
	for (const path of ["/setup", "/setup/*"])
		app.all(path, guardPages(access), guardForAdmin(access), (c) => {
			const view = viewOf(c);
			const { needsAuth, closed } = settingsTexts(view);
			const text = why === "closed" ? closed : needsAuth;
			return c.html(sentencePage(view, boxTexts(view).cannot, text, "admin"), 403);
		});
}

function restarting(c: WebContext, page: RestartPageContent): Response {
	// The script of the page looks whether the server answers there.
	c.header("Content-Security-Policy", pagePolicy(page.addresses));
	return c.html(restartPage(viewOf(c), page));
}

function statusOf({ kind }: SaveOutcome): 200 | 400 {
	return kind === "nothing" ? 200 : 400;
}

function isUse(text: string): text is CertificateUse {
	return ["https", "sip", "authority"].includes(text);
}
