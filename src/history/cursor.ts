import { HistoryQueryError } from "./types.ts";

/** A place in the history as text, for links. */
export function writeCursor(place: number): string {
	return place.toString(36);
}

/** @throws {HistoryQueryError} for a text that `writeCursor` did not write. */
export function readCursor(text: string): number {
	const place = /^[0-9a-z]{1,11}$/.test(text) ? Number.parseInt(text, 36) : Number.NaN;
	if (Number.isSafeInteger(place) && writeCursor(place) === text) return place;
	throw new HistoryQueryError("cursor: expected the `next` of another page");
}
