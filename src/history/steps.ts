import { LEG_NAMES, type LegName } from "../call/types.ts";
import { isOneOf } from "../one-of.ts";
import { HISTORY_STATES, type HistoryState, type HistoryStep } from "./types.ts";

/**
 * The steps of a call as they lie in its row: the inside of a JSON array of `[milliseconds, code, leg]`
 * and `[milliseconds, state, note]`, where the milliseconds count from the start of the call. A row for
 * each step would cost nine times as much.
 */

/** No offset is greater, in milliseconds: three years. */
const LONGEST_CALL = 100_000_000_000;

/** The most characters of a call's steps: transfers may go on for as long as it lasts. */
export const MAX_STEPS = 4096;

/** The content of a step. */
export type StepContent =
	| { readonly state: HistoryState; readonly note?: string }
	| { readonly code: number; readonly leg?: LegName };

/**
 * Adds a step; once the steps are full, only the end of the call is added.
 *
 * @param offset milliseconds since the start of the call.
 */
export function addStep(steps: string, offset: number, step: StepContent): string {
	const text = write(Math.round(offset), step);
	const last = "state" in step && step.state === "ended";
	if (steps.length + text.length > MAX_STEPS && !last) return steps;
	return steps === "" ? text : `${steps},${text}`;
}

/**
 * Reads the steps of a row; unreadable ones are left out, since a damaged row is better than none.
 *
 * @param startedAt milliseconds since 1970.
 */
export function readSteps(steps: string, startedAt: number): HistoryStep[] {
	let values: unknown;
	try {
		values = JSON.parse(`[${steps}]`);
	} catch {
		return [];
	}
	return Array.isArray(values) ? values.flatMap((value) => read(value, startedAt) ?? []) : [];
}

function write(offset: number, step: StepContent): string {
	if ("code" in step) return step.leg ? `[${offset},${step.code},"${step.leg}"]` : `[${offset},${step.code}]`;
	return step.note === undefined
		? `[${offset},"${step.state}"]`
		: `[${offset},"${step.state}",${JSON.stringify(step.note)}]`;
}

function read(value: unknown, startedAt: number): HistoryStep | undefined {
	if (!Array.isArray(value)) return undefined;
	const [offset, what, more]: unknown[] = value;
	if (typeof offset !== "number") return undefined;
	const at = startedAt + offset;
	if (!(offset >= 0 && offset <= LONGEST_CALL)) return undefined;
	if (typeof what === "number") {
		return { at, code: what, ...(isOneOf(LEG_NAMES, more) && { leg: more }) };
	}
	if (typeof what !== "string" || !isOneOf(HISTORY_STATES, what)) return undefined;
	return { at, state: what, ...(typeof more === "string" && { note: more }) };
}
