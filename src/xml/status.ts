import { timeText } from "../live/call-json.ts";
import type { LiveCalls } from "../live/live-calls.ts";
import type { LiveCall } from "../live/types.ts";
import { COMMIT, VERSION } from "../version.ts";
import { escapeXml } from "./response.ts";

/** The calls that a server reports. */
export type CallsToTell = Pick<LiveCalls, "get" | "list" | "inProgress" | "sight">;

/** The last call of the page before: pages are in the order of `startedAt`, then of the ids. */
export interface PageStart {
	/** Milliseconds since 1970. */
	readonly startedAt: number;
	readonly id: string;
}

/** Lines of an answer, each with its indent and CRLF. */
export interface StatusPage {
	readonly lines: string;
	/** Whether there are more calls; `<Next>` says how to get them. */
	readonly more: boolean;
}

/**
 * Characters of calls in one answer, and a call more: some 150 calls. A client may leave 1 MiB unread; what it is
 * told must be well below, so that it loses no connection over it.
 */
const PAGE_SIZE = 65_536;

const PAGE_START = /^(\d{1,15})-(\S{1,128})$/;

/** Reads the text of `<Next>`. */
export function readPageStart(text: string): PageStart | undefined {
	const [, startedAt, id] = PAGE_START.exec(text) ?? [];
	return startedAt === undefined || id === undefined ? undefined : { startedAt: Number(startedAt), id };
}

/** What the server reports about itself. @param draining whether it takes no new calls, because it is stopping. */
export function serverLines(live: CallsToTell, draining: boolean): string {
	const { lostSince } = live.sight;
	return (
		line("Version", VERSION) +
		(COMMIT ? line("Commit", COMMIT) : "") +
		line("Draining", String(draining)) +
		line("InProgress", String(live.inProgress)) +
		(lostSince === undefined ? "" : line("ClusterLostSince", timeText(lostSince)))
	);
}

/** The calls in progress, oldest first, as many as one answer takes. */
export function statusPage(live: CallsToTell, after?: PageStart): StatusPage {
	const calls = live.list().filter((call) => !after || compare(call, after) > 0);
	let lines = "";
	let last: LiveCall | undefined;
	for (const call of calls.sort(compare)) {
		if (last && lines.length >= PAGE_SIZE) {
			return { lines: lines + line("Next", `${last.startedAt}-${last.id}`), more: true };
		}
		lines += callLines(call);
		last = call;
	}
	return { lines, more: false };
}

/** One call. */
export function callLines(call: LiveCall): string {
	const {
		id,
		box,
		way,
		state,
		initiator,
		destination,
		origin,
		startedAt,
		answeredAt,
		endedAt,
		result,
		endedBy,
	} = call;
	const parts = [
		element("Id", id),
		box === undefined ? "" : element("Box", box),
		element("Way", way),
		element("State", state),
		`<Initiator State="${initiator.state}">${escapeXml(initiator.address)}</Initiator>`,
		element("TranslatedInitiator", initiator.uri),
		`<Destination State="${destination.state}">${escapeXml(destination.address)}</Destination>`,
		element("TranslatedDestination", destination.uri),
		element("StartedAt", timeText(startedAt)),
		answeredAt === undefined ? "" : element("AnsweredAt", timeText(answeredAt)),
		endedAt === undefined ? "" : element("EndedAt", timeText(endedAt)),
		endedBy === undefined ? "" : element("EndedBy", endedBy),
		element("Via", origin.via),
		origin.peer === undefined ? "" : element("Peer", origin.peer),
		origin.user === undefined ? "" : element("User", origin.user),
		result ? finalResult(result) : "",
	];
	const inside = parts.map((part) => (part === "" ? "" : `      ${part}\r\n`)).join("");
	return `    <Call>\r\n${inside}    </Call>\r\n`;
}

/** Not `<Result>`: that is the one of the order. */
function finalResult({ code, leg, text }: NonNullable<LiveCall["result"]>): string {
	return `<FinalResult Code="${code}"${leg ? ` Leg="${leg}"` : ""}>${escapeXml(text)}</FinalResult>`;
}

function element(name: string, text: string): string {
	return `<${name}>${escapeXml(text)}</${name}>`;
}

function line(name: string, text: string): string {
	return `    ${element(name, text)}\r\n`;
}

function compare(one: PageStart, other: PageStart): number {
	if (one.startedAt !== other.startedAt) return one.startedAt - other.startedAt;
	return one.id < other.id ? -1 : Number(one.id > other.id);
}
