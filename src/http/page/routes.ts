import type { CallControl } from "../../call/types.ts";
import { findPast } from "../../history/find-past.ts";
import type { History } from "../../history/history.ts";
import type { HistoryCall } from "../../history/types.ts";
import type { LiveCalls } from "../../live/live-calls.ts";
import type { Clock } from "../../time/clock.ts";
import { SSE_HEADERS, streamsLeft } from "../../web/sse.ts";
import type { WebApp, WebContext } from "../../web/web.ts";
import type { Access } from "../access.ts";
import { readCallQuery } from "../call-query.ts";
import { pastCallPage } from "../history-page/past-call-page.tsx";
import { mountAssets } from "./assets.ts";
import { callPage, callParts, callSentence } from "./call-page.tsx";
import {
	announcement,
	CALLS_STREAM,
	type CallForm,
	type CallRefusal,
	callsPage,
	callsParts,
} from "./calls-page.tsx";
import { guardPages, sentencePage } from "./layout.tsx";
import { linkPage } from "./link-page.tsx";
import { goneStream, LiveParts, partsStream } from "./parts-stream.ts";
import { findRecent, recentCalls } from "./recent.ts";

export interface PageRoutesOptions {
	readonly calls: CallControl;
	readonly live: LiveCalls;
	/** Absent when none is kept. */
	readonly history?: History | undefined;
	readonly clock: Clock;
}

const EMPTY_FORM: CallForm = { initiator: "", destination: "", anchor: false };

/** The pages to call from and to watch calls on. */
export function mountPages(app: WebApp, access: Access, options: PageRoutesOptions): void {
	const { calls, live, history, clock } = options;
	const guard = guardPages(access);
	const page = async (
		c: WebContext,
		form: CallForm,
		refusal?: CallRefusal,
		status: 200 | 400 | 503 = 200,
	) => {
		const recent = recentCalls(live.ended(), await findRecent(history));
		return c.html(callsPage({ form, refusal, calls: live.list(), recent }), status);
	};

	mountAssets(app);
	app.get("/", guard, (c) => page(c, EMPTY_FORM));
	app.get("/call", guard, (c) => {
		const to = c.req.query("to") ?? "";
		const from = c.req.query("from") ?? "";
		const problem = linkProblem("to", to) ?? (from === "" ? undefined : linkProblem("from", from));
		if (problem !== undefined) return c.html(sentencePage("No call was placed", problem), 400);
		return c.html(linkPage(to.trim(), from.trim()));
	});

	// Where a browser stands after a call was refused.
	app.get("/calls", (c) => c.redirect("/"));
	app.post("/calls", guard, async (c) => {
		const fields = new URLSearchParams();
		// A space at the beginning was pasted: browsers write the plus sign of a form as %2B.
		for (const [name, value] of new URLSearchParams(await c.req.text())) fields.append(name, value.trim());
		const query = readCallQuery(fields);
		if (!query.ok) {
			const problems = query.problems;
			return page(c, typedForm(fields), { sentence: "No call was placed.", problems }, 400);
		}
		const { initiator, destination, anchor } = query;
		const { peer, user } = c.env;
		const origin = { via: "http", peer, ...(user !== undefined && { user }) } as const;
		const placed = calls.place({ initiator, destination, anchor, origin });
		if (placed.accepted) return c.redirect(`/calls/${placed.id}`, 303);
		const { code, text, refused } = placed.result;
		const sentence = refused ? "No call was placed." : `No call was placed: ${text}.`;
		return page(c, typedForm(fields), { sentence, refused }, code === 503 ? 503 : 400);
	});

	app.post("/calls/:id/hangup", guard, async (c) => {
		const id = c.req.param("id");
		const back = new URLSearchParams(await c.req.text()).get("back");
		if (!calls.hangUp(id) && !live.get(id)) return noSuchCall(c);
		return c.redirect(back === "call" ? `/calls/${encodeURIComponent(id)}` : "/", 303);
	});

	app.get("/calls/:id", guard, (c) => {
		const call = live.get(c.req.param("id"));
		if (call) return c.html(callPage(call));
		const past = findPast(history, c.req.param("id"));
		return past ? c.html(pastCallPage(past)) : noSuchCall(c);
	});

	let past: readonly HistoryCall[] = [];
	const list = new LiveParts({
		live,
		clock,
		render: () => {
			const open = live.list();
			return { parts: callsParts(open, recentCalls(live.ended(), past)), announcement: announcement(open) };
		},
	});
	app.get(CALLS_STREAM, guard, async (c) => {
		past = await findRecent(history);
		return stream(c, () => partsStream(clock, list));
	});

	app.get("/calls/:id/live", guard, (c) => {
		const id = c.req.param("id");
		const first = live.get(id);
		// Browsers do not tell a page what else the answer was.
		if (!first) return stream(c, () => goneStream(clock));
		const parts = new LiveParts({
			live,
			clock,
			concerns: (event) => event.kind !== "refused" && event.call.id === id,
			render: () => {
				const call = live.get(id) ?? first;
				return { parts: callParts(call), announcement: callSentence(call), done: call.state === "ended" };
			},
		});
		return stream(c, () => partsStream(clock, parts));
	});
}

/** Longest address in a link, in characters. */
const MAX_LINKED = 512;

/** What is wrong with an address in a link; undefined when it can be used. */
function linkProblem(name: string, address: string): string | undefined {
	if (address.trim() === "") return `The parameter ${name} is missing: expected an address.`;
	if (address.length > MAX_LINKED) return `The parameter ${name} has more than ${MAX_LINKED} characters.`;
	// In a query a bare "+" is a space, and the number without it is somebody else's.
	return address.startsWith(" ")
		? `The parameter ${name} begins with a space: write a plus sign as %2B.`
		: undefined;
}

function noSuchCall(c: WebContext): Response | Promise<Response> {
	return c.html(sentencePage("No such call", "No call with this ID.", "calls"), 404);
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
