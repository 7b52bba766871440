import { type BadRequest, bad, PARSE_ERROR } from "./bad-request.ts";
import { isXmlText } from "./characters.ts";
import type { Fields } from "./plain-request.ts";
import { type PageStart, readPageStart } from "./status.ts";

/** `<Hangup>`: ends a call. */
export interface HangupOrder {
	readonly kind: "hangup";
	readonly id: string;
}

/** `<Resume>`: asks for the results of a call from now on. */
export interface ResumeOrder {
	readonly kind: "resume";
	readonly id: string;
}

/** `<Status>`: asks for one call, or for a page of those in progress. */
export interface StatusOrder {
	readonly kind: "status";
	readonly id?: string;
	/** Where the page begins; absent for the first one. */
	readonly after?: PageStart;
}

export type Order = HangupOrder | ResumeOrder | StatusOrder;

/**
 * Reads what an order is about. What it does not know is left alone, as in a request.
 *
 * @param name of the element, in any case.
 */
export function readOrder(name: string, fields: Fields): Order | BadRequest {
	const [id, ...otherIds] = textsOf(fields, "id");
	const [after, ...otherAfters] = textsOf(fields, "after");
	if (otherIds.length > 0) return bad("Invalid Id: expected one");
	if (id !== undefined && !isXmlText(id)) return bad(PARSE_ERROR);
	const kind = name.toLowerCase();
	if (kind === "hangup" || kind === "resume") return id ? { kind, id } : bad("Missing Id tag");
	if (id === "") return bad("Invalid Id: expected the ID of a call");
	if (after === undefined) return { kind: "status", ...(id !== undefined && { id }) };
	const start = otherAfters.length > 0 || id !== undefined ? undefined : readPageStart(after);
	return start
		? { kind: "status", after: start }
		: bad("Invalid After: expected the text of Next, once, and no Id");
}

function textsOf(fields: Fields, name: string): string[] {
	return fields.filter((field) => field[0] === name).map(([, text]) => text);
}
