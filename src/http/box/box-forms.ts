import type { MiddlewareHandler } from "hono";
import type { WebContext, WebEnv } from "../../web/web.ts";
import { sentencePage } from "../page/layout.tsx";
import { viewOf } from "../page/view.tsx";
import { FormError } from "../upload/form-parts.ts";
import { type ReceivedForm, receiveForm } from "../upload/receive-form.ts";
import { boxTexts, type Notice } from "./frame.tsx";
import { BoxError, type BoxSource } from "./types.ts";

/** What stands before these pages: they are for admin. */
export type Guards = readonly [MiddlewareHandler<WebEnv>, MiddlewareHandler<WebEnv>];

/** Reads a form with files, and says what is wrong with it or with what it asks for. */
export async function withForm(
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
export async function attempt(
	c: WebContext,
	step: () => Promise<Response>,
	refuse: (notice: Notice) => Response | Promise<Response>,
): Promise<Response> {
	try {
		return await step();
	} catch (error) {
		if (!(error instanceof BoxError)) throw error;
		return refuse(refusalOf(c, error));
	}
}

function isKeyOf<T extends object>(texts: T, name: PropertyKey | undefined): name is keyof T {
	return name !== undefined && Object.hasOwn(texts, name);
}

function refusalOf(c: WebContext, { what, message }: BoxError): Notice {
	const { cannot, certificates, transfer, trial, update } = boxTexts(viewOf(c));
	const details = message === "" ? {} : { details: message };
	if (isKeyOf(certificates.faults, what))
		return { kind: "bad", text: `${certificates.faults[what]} ${transfer.nothingChanged}`, ...details };
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
