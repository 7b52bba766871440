import { tagOf } from "./dialog.ts";
import { GenerationMap } from "./generation-map.ts";
import type { Session } from "./session.ts";
import type { SipMessage } from "./wire.ts";

/** The dialogs of a phone and, for a while, the names of those that are over. */
export class SessionTable {
	readonly #open = new Map<string, Session>();
	readonly #over: GenerationMap<true>;

	/** @param lifetime how long an ended dialog is remembered at least, in milliseconds. */
	constructor(lifetime: number, now: () => number) {
		this.#over = new GenerationMap(lifetime, now);
	}

	add(session: Session): void {
		this.#open.set(keyOf(session), session);
	}

	remove(session: Session): void {
		const key = keyOf(session);
		this.#open.delete(key);
		this.#over.set(key, true);
	}

	/** The session of a request in a dialog: our tag is in To, the peer's in From. */
	of(request: SipMessage): Session | undefined {
		return this.#open.get(requestKey(request));
	}

	/** Whether the dialog of a request was ours and is over. */
	wasOurs(request: SipMessage): boolean {
		return this.#over.get(requestKey(request)) === true;
	}

	find(callId: string, localTag: string, remoteTag: string): Session | undefined {
		const session = this.#open.get(`${localTag} ${remoteTag}`);
		return session?.dialog.start.callId === callId ? session : undefined;
	}

	all(): Iterable<Session> {
		return this.#open.values();
	}
}

function keyOf({ dialog }: Session): string {
	return `${dialog.start.localTag} ${dialog.start.remoteTag}`;
}

function requestKey(request: SipMessage): string {
	return `${tagOf(request.header("to"))} ${tagOf(request.header("from"))}`;
}
