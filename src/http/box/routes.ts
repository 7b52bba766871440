import type { WebApp, WebContext } from "../../web/web.ts";
import { dateAndTime } from "../../words/words.ts";
import type { Access } from "../access.ts";
import { guardForAdmin, guardPages, sentencePage } from "../page/layout.tsx";
import { viewOf } from "../page/view.tsx";
import { FormError } from "../upload/form-parts.ts";
import { type ReceivedForm, receiveForm } from "../upload/receive-form.ts";
import { accountPage, trialNotice } from "./account-page.tsx";
import { certificatesPage } from "./certificates-page.tsx";
import { firstCallPage, restartPage } from "./first-run-page.tsx";
import { BOX_PAGES, boxTexts, type Notice } from "./frame.tsx";
import { settingsTexts } from "./settings-page.tsx";
import { mountSettingsPages, whoOf } from "./settings-routes.ts";
import { transferPage } from "./transfer-page.tsx";
import { BoxError, type BoxSource, type CertificateUse, type TypedAccount } from "./types.ts";
import { updatePage } from "./update-page.tsx";

/** The name that browsers save an export by. */
const EXPORT_NAME = "clicktocall.setup";

/** The pages that set a box up, besides its settings; all of them for admin. */
export function mountBoxPages(app: WebApp, access: Access, source: BoxSource): void {
	const guards = [guardPages(access), guardForAdmin(access)] as const;
	const restarts = source.restart !== undefined;
	app.get("/setup", (c) => c.redirect("/setup/account", 303));
	mountSettingsPages(app, guards, source.settings, restarts);
	mountAccount(app, guards, source);

	const transfer = (c: WebContext, notice?: Notice, status: 200 | 400 = 200, imported = false) =>
		c.html(transferPage(viewOf(c), { notice, ...(imported && { imported: { restarts } }) }), status);
	app.get("/setup/transfer", ...guards, (c) => transfer(c));
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
				const written = await source.importSetUp(file.path, form.fields.get("file-password") ?? "");
				return transfer(c, { kind: "good", text: texts.done(written.join(", ")) }, 200, true);
			},
			(notice) => transfer(c, notice, 400),
		),
	);

	const certificates = (c: WebContext, notice?: Notice, needsRestart = false, status: 200 | 400 = 200) =>
		c.html(
			certificatesPage(viewOf(c), {
				notice,
				certificates: source.certificates(),
				...(needsRestart && { needsRestart: { restarts } }),
			}),
			status,
		);
	app.get("/setup/certificates", ...guards, (c) => certificates(c));
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
				const text = texts.taken(put.names.join(", "), dateAndTime(put.end));
				return certificates(c, { kind: "good", text }, put.needsRestart);
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
		const to = c.req.query("to") === "first" ? "/setup/first-call" : after;
		return c.html(restartPage(viewOf(c), to, restarts));
	});
}

type Guards = readonly [ReturnType<typeof guardPages>, ReturnType<typeof guardForAdmin>];

function mountAccount(app: WebApp, guards: Guards, source: BoxSource): void {
	const page = (
		c: WebContext,
		first: boolean,
		notice?: Notice,
		typed?: TypedAccount,
		status: 200 | 400 = 200,
	) => {
		const shown = {
			...source.account(),
			...(typed && { pbx: typed.pbx, user: typed.user, realm: typed.realm }),
		};
		return c.html(accountPage(viewOf(c), shown, { notice, first }), status);
	};
	app.get("/setup/account", ...guards, (c) => page(c, c.req.query("first") !== undefined));
	app.post("/setup/try", ...guards, async (c) => {
		const { account, first } = await readAccount(c);
		const { trial: texts } = boxTexts(viewOf(c));
		const wantsJson = (c.req.header("Accept") ?? "").includes("application/json");
		return attempt(
			c,
			async () => {
				const outcome = await source.tryAccount(account);
				const notice = trialNotice(texts, account, outcome);
				return wantsJson ? c.json({ ...outcome, text: notice.text }) : page(c, first, notice, account);
			},
			(notice) =>
				wantsJson
					? c.json({ kind: "invalid", text: notice.text }, 400)
					: page(c, first, notice, account, 400),
		);
	});
	app.post("/setup/account", ...guards, async (c) => {
		const { account, first } = await readAccount(c);
		return attempt(
			c,
			async () => {
				source.saveAccount(account, whoOf(c));
				source.restart?.();
				return c.redirect(`/setup/restarting${first ? "?to=first" : ""}`, 303);
			},
			(notice) => page(c, first, notice, account, 400),
		);
	});
	app.get("/setup/first-call", ...guards, (c) => c.html(firstCallPage(viewOf(c))));
}

/** Says why nothing can be changed by the pages: they have no password of their own. */
export function mountClosedBox(app: WebApp, access: Access): void {
	for (const path of ["/setup", ...Object.keys(BOX_PAGES)])
		app.get(path, guardPages(access), guardForAdmin(access), (c) => {
			const view = viewOf(c);
			return c.html(sentencePage(view, boxTexts(view).cannot, settingsTexts(view).needsAuth, "admin"), 403);
		});
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

function mountUpdates(app: WebApp, guards: Guards, source: BoxSource): void {
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
				return c.redirect("/setup/restarting", 303);
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
				return c.redirect("/setup/restarting", 303);
			},
			(notice) => page(c, notice),
		),
	);
}

/** Reads a form with files, and says what is wrong with it or with what it asks for. */
async function withForm(
	c: WebContext,
	{ uploads }: BoxSource,
	use: (form: ReceivedForm) => Promise<Response>,
	refuse: (notice: Notice) => Response,
): Promise<Response> {
	let form: ReceivedForm;
	try {
		form = await receiveForm(c.req.raw, uploads);
	} catch (error) {
		if (!(error instanceof FormError)) throw error;
		return c.html(sentencePage(viewOf(c), boxTexts(viewOf(c)).cannot, `${error.message}.`, "admin"), 400);
	}
	using received = form;
	return await attempt(c, () => use(received), refuse);
}

/** Says on the page what is wrong. */
async function attempt(
	c: WebContext,
	step: () => Promise<Response>,
	refuse: (notice: Notice) => Response | Promise<Response>,
): Promise<Response> {
	try {
		return await step();
	} catch (error) {
		if (!(error instanceof BoxError)) throw error;
		return refuse(noticeOf(c, error));
	}
}

function noticeOf(c: WebContext, { what, message }: BoxError): Notice {
	const { cannot, transfer, trial, update } = boxTexts(viewOf(c));
	switch (what) {
		case undefined:
			return { kind: "bad", text: message };
		case "bad pbx":
			return { kind: "bad", text: trial.badPbx };
		case "bad user":
			return { kind: "bad", text: trial.badUser };
		case "bad line":
			return { kind: "bad", text: trial.badLine };
		case "older":
			return { kind: "bad", text: update.refusedOlder };
		case "gone":
			return { kind: "bad", text: update.gone };
		case "not here":
			return { kind: "bad", text: update.notHere };
		case "refused":
		case "files":
			return { kind: "bad", text: `${cannot} ${transfer.faults[what]}`, details: message };
		default:
			return { kind: "bad", text: `${transfer.faults[what]} ${transfer.nothingChanged}`, details: message };
	}
}

function isUse(text: string): text is CertificateUse {
	return ["https", "sip", "authority"].includes(text);
}
