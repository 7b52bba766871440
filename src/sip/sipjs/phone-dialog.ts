import {
	Dialog,
	type DialogState,
	type IncomingRequestMessage,
	InviteClientTransaction,
	SessionDialog,
} from "sip.js/lib/core/index.js";
import type { URI } from "sip.js/lib/grammar/index.js";
import type { UserAgent } from "./user-agent.ts";
import { withoutConstructor } from "./without-constructor.ts";

/** What a dialog begins with (RFC 3261 section 12.1.2), or goes on with in another process. */
export interface DialogStart {
	/** False once the INVITE is answered with a 2xx. */
	readonly early: boolean;
	readonly callId: string;
	readonly localTag: string;
	/** Never empty: see `tagAnswerer`. */
	readonly remoteTag: string;
	/** Of the INVITE. */
	readonly cseq: number;
	/** Of the phone's last request; absent when it has sent none. */
	readonly remoteCSeq?: number | undefined;
	readonly localUri: URI;
	readonly remoteUri: URI;
	readonly target: URI;
	readonly routeSet: string[];
}

/**
 * SIP.js asks a dialog's transaction only whether it is one of a server, for whose 2xx it would keep timers. Nothing
 * else is asked of it, as requests of ours do not go through SIP.js.
 */
const CLIENT_TRANSACTION = new (withoutConstructor(InviteClientTransaction))();

/**
 * SIP.js's dialog, of which the part is used that takes the phone's requests: it puts them in order and gives each to
 * the delegate. Requests of ours are not written by it.
 */
export class PhoneDialog extends SessionDialog {
	constructor(agent: UserAgent, start: DialogStart) {
		super(CLIENT_TRANSACTION, agent, stateOf(start));
	}

	/** Whether a re-INVITE is under way, in either direction (RFC 3261 section 14.1). */
	get reinviting(): boolean {
		return this.reinviteUserAgentClient !== undefined || this.reinviteUserAgentServer !== undefined;
	}

	/**
	 * Says whether a re-INVITE of ours is under way: the phone's get a 491 as long as one is. SIP.js asks no more of it
	 * than whether it is there, but would have a user agent client of its own.
	 */
	setReinvite(request: object | undefined): void {
		Object.assign(this, { reinviteUserAgentClient: request });
	}

	/** Replaces the route set: SIP.js's own way would keep the whole response in memory. */
	setRouteSet(routeSet: string[]): void {
		this.dialogState.routeSet = routeSet;
	}

	/** Replaces the remote target that SIP.js has, which is not used for requests of ours. */
	setRemoteTarget(target: URI): void {
		this.dialogState.remoteTarget = target;
	}

	/**
	 * Whether a request comes after those that were heard before (RFC 3261 section 12.2.2), and notes its number. For
	 * requests that are not given to SIP.js, which would answer them: only the base class takes no more than the number.
	 */
	takesNext(request: IncomingRequestMessage): boolean {
		// SIP.js takes a number of 0 for none.
		if (request.cseq <= (this.remoteSequenceNumber ?? -1)) return false;
		Dialog.prototype.receiveRequest.call(this, request);
		return true;
	}

	/** SIP.js would keep a copy of each description, of which it makes no use. */
	override signalingStateTransition(): void {}

	override signalingStateRollback(): void {}
}

function stateOf({ localTag, remoteTag, ...start }: DialogStart): DialogState {
	return {
		// The core finds the dialog of a request by its Call-ID, To tag and From tag, one behind the other.
		id: start.callId + localTag + remoteTag,
		early: start.early,
		callId: start.callId,
		localTag,
		remoteTag,
		localSequenceNumber: start.cseq,
		remoteSequenceNumber: start.remoteCSeq,
		localURI: start.localUri,
		remoteURI: start.remoteUri,
		remoteTarget: start.target,
		routeSet: start.routeSet,
		secure: false,
	};
}
