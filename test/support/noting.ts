import type { WatchOfCall } from "../../src/call/record-watch.ts";

/** Watches the records of calls. @param note called with the id of a call whose record may have changed. */
export function noting(note: (id: string, soon?: boolean) => void = () => {}): WatchOfCall {
	return (id) => ({ changed: (soon) => note(id, soon), published: () => note(id) });
}
