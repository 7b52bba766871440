import type { CallControl } from "../../call/types.ts";
import { findPast } from "../../history/find-past.ts";
import type { History } from "../../history/history.ts";
import type { HistoryCall } from "../../history/types.ts";
import type { LiveCalls } from "../../live/live-calls.ts";
import type { LiveCall } from "../../live/types.ts";
import { cleanNumber } from "../../numbers/clean-number.ts";
import type { Clock } from "../../time/clock.ts";
import type { Translation } from "../../translate/translator.ts";
import { type Contacts, NO_CONTACTS } from "../../web/contacts.ts";
import { isEventSeen, isSeen, type OwnCalls, ownCallsOf } from "../../web/own-calls.ts";
import { SSE_HEADERS, streamsLeft } from "../../web/sse.ts";
import type { WebApp, WebContext } from "../../web/web.ts";
import type { Language, Texts } from "../../words/texts.ts";
import type { Access } from "../access.ts";
import { readCallQuery } from "../call-query.ts";
import { pastCallPage } from "../history-page/past-call-page.tsx";
import { mountAssets } from "./assets.ts";
import { callPage, callParts, callSentence, callTab } from "./call-page.tsx";
import {
	CALLS_STREAM,
	type CallForm,
	type CallRefusal,
	callsPage,
	callsParts,
	callsTab,
} from "./calls-page.tsx";
import { mountLanguage } from "./language.ts";
import { guardPages, sentencePage, tabText } from "./layout.tsx";
import { linkPage } from "./link-page.tsx";
import { goneStream, LiveParts, partsStream } from "./parts-stream.ts";
import { findRecent, recentCalls } from "./recent.ts";
import { viewOf } from "./view.tsx";

export interface PageRoutesOptions {
	readonly calls: CallControl;
	readonly live: LiveCalls;
	/** Absent when none is kept. */
	readonly history?: History | undefined;
	readonly translate: (address: string) => Translation;
	readonly clock: Clock;
	readonly contacts?: Contacts | undefined;
}

/** Contacts that are offered at a time. */
const OFFERED = 20;

const EMPTY_FORM: CallForm = { initiator: "", destination: "", anchor: false };

/** The pages to call from and to watch calls on. */
export function mountPages(app: WebApp, access: Access, options: PageRoutesOptions): void {
	const { calls, live, history, clock, translate, contacts = NO_CONTACTS } = options;
	const guard = guardPages(access);
	const page = async (
		c: WebContext,
		form: CallForm,
		refusal?: CallRefusal,
		status: 200 | 400 | 403 | 503 = 200,
	) => {
		const own = ownCallsOf(c.env, translate);
		const seen = (call: LiveCall): boolean => isSeen(call, own);
		const view = viewOf(c);
		const recent = recentCalls(view.texts, live.ended().filter(seen), await findRecent(history, own));
		const phones = own?.phones;
		return c.html(
			callsPage(view, {
				form,
				phones,
				refusal,
				calls: live.list().filter(seen),
				recent,
				lostSince: live.sight.lostSince,
			}),
			status,
		);
	};

	/** Since when the box that has a call in progress is not seen. */
	const lostSince = (call: LiveCall): number | undefined =>
		call.state === "ended" || live.isOwn(call) ? undefined : live.sight.lostSince;

	mountAssets(app);
	mountLanguage(app, access);
	app.get("/", guard, (c) => page(c, EMPTY_FORM));
	app.get("/call", guard, (c) => {
		const to = withoutScheme(c.req.query("to") ?? "");
		const from = c.req.query("from") ?? "";
		const view = viewOf(c);
		const { texts } = view;
		const problem =
			linkProblem(texts, "to", to) ?? (from === "" ? undefined : linkProblem(texts, "from", from));
		if (problem !== undefined) return c.html(sentencePage(view, texts.notPlaced, problem), 400);
		return c.html(linkPage(view, to.trim(), from.trim(), c.env.phones));
	});

	app.get("/contacts", guard, (c) => c.json(contacts.search((c.req.query("q") ?? "").trim(), OFFERED)));

	// Where a browser stands after a call was refused.
	app.get("/calls", (c) => c.redirect("/"));
	app.post("/calls", guard, async (c) => {
		const fields = new URLSearchParams();
		// A space at the beginning was pasted: browsers write the plus sign of a form as %2B.
		for (const [name, value] of new URLSearchParams(await c.req.text())) fields.append(name, value.trim());
		const query = readCallQuery(fields);
		const { texts } = viewOf(c);
		if (!query.ok) {
			const problems = query.problems;
			return page(c, typedForm(fields), { sentence: `${texts.notPlaced}.`, problems }, 400);
		}
		const { initiator, destination, anchor } = query;
		const own = ownCallsOf(c.env, translate);
		if (own && !own.hasPhone(initiator))
			return page(
				c,
				typedForm(fields),
				{ sentence: texts.notOwnPhone(own.phones.join(", "), initiator) },
				403,
			);
		const { peer, user } = c.env;
		const origin = { via: "http", peer, ...(user !== undefined && { user }) } as const;
		const placed = calls.place({ initiator, destination, anchor, origin });
		if (placed.accepted) return c.redirect(`/calls/${placed.id}`, 303);
		const { code, text, refused } = placed.result;
		const reason = code === 503 && texts.language !== "en" ? texts.noMoreCalls : text;
		const sentence = refused ? `${texts.notPlaced}.` : `${texts.notPlaced}: ${reason}.`;
		return page(c, typedForm(fields), { sentence, refused }, code === 503 ? 503 : 400);
	});

	app.post("/calls/:id/hangup", guard, async (c) => {
		const id = c.req.param("id");
		const back = new URLSearchParams(await c.req.text()).get("back");
		const own = ownCallsOf(c.env, translate);
		const call = live.get(id);
		if (own && !(call && isSeen(call, own))) return noSuchCall(c);
		if (!calls.hangUp(id) && !call) return noSuchCall(c);
		return c.redirect(back === "call" ? `/calls/${encodeURIComponent(id)}` : "/", 303);
	});

	app.get("/calls/:id", guard, (c) => {
		const own = ownCallsOf(c.env, translate);
		const call = live.get(c.req.param("id"));
		if (call) return isSeen(call, own) ? c.html(callPage(viewOf(c), call, lostSince(call))) : noSuchCall(c);
		const past = findPast(history, c.req.param("id"), own);
		return past ? c.html(pastCallPage(viewOf(c), past)) : noSuchCall(c);
	});

	let past: readonly HistoryCall[] = [];
	const listOf = (texts: Texts, older: () => readonly HistoryCall[], own?: OwnCalls): LiveParts => {
		const seen = (call: LiveCall): boolean => isSeen(call, own);
		const mayCallFrom = (initiator: string): boolean => own?.hasPhone(initiator) ?? true;
		return new LiveParts({
			live,
			clock,
			concerns: (event) => isEventSeen(event, own),
			render: () => {
				const open = live.list().filter(seen);
				const recent = recentCalls(texts, live.ended().filter(seen), older());
				return {
					parts: callsParts(texts, open, recent, live.sight.lostSince, {
						nameOf: contacts.nameOf,
						mayCallFrom,
					}),
					announcement: texts.callsInProgress(open.length),
					title: tabText(callsTab(texts, open)),
				};
			},
		});
	};
	/** Rendered once for all who see everything in the same language. */
	const lists = new Map<Language, LiveParts>();
	const listFor = (texts: Texts): LiveParts => {
		const list = lists.get(texts.language) ?? listOf(texts, () => past);
		lists.set(texts.language, list);
		return list;
	};
	app.get(CALLS_STREAM, guard, async (c) => {
		const own = ownCallsOf(c.env, translate);
		const older = await findRecent(history, own);
		const { texts } = viewOf(c);
		if (own)
			return stream(c, () =>
				partsStream(
					clock,
					listOf(texts, () => older, own),
				),
			);
		past = older;
		return stream(c, () => partsStream(clock, listFor(texts)));
	});

	app.get("/calls/:id/live", guard, (c) => {
		const id = c.req.param("id");
		const first = live.get(id);
		// Browsers do not tell a page what else the answer was.
		if (!first || !isSeen(first, ownCallsOf(c.env, translate))) return stream(c, () => goneStream(clock));
		const { texts } = viewOf(c);
		const parts = new LiveParts({
			live,
			clock,
			concerns: (event) => event.kind !== "refused" && event.call.id === id,
			render: () => {
				const call = live.get(id) ?? first;
				return {
					parts: callParts(texts, call, lostSince(call)),
					announcement: callSentence(texts, call),
					title: tabText(callTab(texts, call)),
					done: call.state === "ended",
				};
			},
		});
		return stream(c, () => partsStream(clock, parts));
	});
}

/**
 * The number of a `tel:` URI, as browsers hand one over; any other address as it is. A space at the beginning stays: it
 * was a plus sign.
 */
function withoutScheme(to: string): string {
	const [, rest] = /^tel:\/*(.*)$/is.exec(to) ?? [];
	if (rest === undefined || rest.startsWith(" ")) return rest ?? to;
	const number = cleanNumber(to);
	return number === to ? (rest.split(";")[0] ?? "") : number;
}

/** Longest address in a link, in characters. */
const MAX_LINKED = 512;

/** What is wrong with an address in a link; undefined when it can be used. */
function linkProblem(texts: Texts, name: string, address: string): string | undefined {
	if (address.trim() === "") return texts.linkMissing(name);
	if (address.length > MAX_LINKED) return texts.linkTooLong(name, MAX_LINKED);
	// In a query a bare "+" is a space, and the number without it is somebody else's.
	return address.startsWith(" ") ? texts.linkSpace(name) : undefined;
}

function noSuchCall(c: WebContext): Response | Promise<Response> {
	const view = viewOf(c);
	const { noSuchCall, noSuchCallText } = view.texts;
	return c.html(sentencePage(view, noSuchCall, noSuchCallText, "calls"), 404);
}

function stream(c: WebContext, open: () => ReadableStream<Uint8Array>): Response {
	if (!streamsLeft()) return c.text("Too many pages are open.\n", 503);
	return new Response(open(), { headers: SSE_HEADERS });
}

function typedForm(fields: URLSearchParams): CallForm {
	return {
		initiator: fields.get("initiator") ?? "",
		destination: fields.get("destination") ?? "",
		anchor: fields.get("anchor") === "true",
	};
}
