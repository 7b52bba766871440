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

/** How a dialog starts (RFC 3261 section 12.1.2), or continues in another process. */
export interface DialogStart {
	/** False once the INVITE was answered with a 2xx. */
	readonly early: boolean;
	readonly callId: string;
	readonly localTag: string;
	/** Never empty: see `tagAnswerer`. */
	readonly remoteTag: string;
	/** Of the INVITE. */
	readonly cseq: number;
	/** Of the phone's last request; absent if it has sent none. */
	readonly remoteCSeq?: number | undefined;
	readonly localUri: URI;
	readonly remoteUri: URI;
	readonly target: URI;
	readonly routeSet: string[];
}

/**
 * SIP.js asks a dialog's transaction only whether it is a server transaction, for whose 2xx it would keep
 * timers. It asks nothing else, since our requests do not go through SIP.js.
 */
const CLIENT_TRANSACTION = new (withoutConstructor(InviteClientTransaction))();

/**
 * SIP.js's dialog, of which we use the part that takes the phone's requests: it puts them in order and gives
 * each to the delegate. It does not write our requests.
 */
export class PhoneDialog extends SessionDialog {
	constructor(agent: UserAgent, start: DialogStart) {
		super(CLIENT_TRANSACTION, agent, stateOf(start));
	}

	/** Whether a re-INVITE is in progress, in either direction (RFC 3261 section 14.1). */
	get reinviting(): boolean {
		return this.reinviteUserAgentClient !== undefined || this.reinviteUserAgentServer !== undefined;
	}

	/**
	 * Sets whether our own re-INVITE is in progress: until it is done, the phone's re-INVITEs get a 491.
	 * SIP.js only checks that something is set, but would want its own user agent client there.
	 */
	setReinvite(request: object | undefined): void {
		Reflect.set(this, "reinviteUserAgentClient", request);
	}

	/** Replaces the route set: SIP.js's own way would keep the whole response in memory. */
	setRouteSet(routeSet: string[]): void {
		this.dialogState.routeSet = routeSet;
	}

	/** Replaces SIP.js's remote target, which our requests do not use. */
	setRemoteTarget(target: URI): void {
		this.dialogState.remoteTarget = target;
	}

	/**
	 * Whether a request is newer than those before it (RFC 3261 section 12.2.2); notes its number. For
	 * requests that are not given to SIP.js, which would answer them: only the base class does nothing but
	 * note the number.
	 */
	takesNext(request: IncomingRequestMessage): boolean {
		// SIP.js treats a number of 0 as none.
		if (request.cseq <= (this.remoteSequenceNumber ?? -1)) return false;
		Dialog.prototype.receiveRequest.call(this, request);
		return true;
	}

	/**
	 * Whether SIP.js would take a request: one of this dialog, which is not over, newer than those before it. Notes its
	 * number. For requests that need not be given to SIP.js, which refuses all others.
	 */
	takes(request: IncomingRequestMessage): boolean {
		const { remoteSequenceNumber: last, remoteTag, id } = this;
		const isInOrder = !last || request.cseq > last;
		if (request.fromTag !== remoteTag || !isInOrder || this.userAgentCore.dialogs.get(id) !== this)
			return false;
		Dialog.prototype.receiveRequest.call(this, request);
		return true;
	}

	/** SIP.js would keep a copy of each description, and makes no use of it. */
	override signalingStateTransition(): void {}

	override signalingStateRollback(): void {}
}

function stateOf(start: DialogStart): DialogState {
	const { callId, localTag, remoteTag } = start;
	return {
		// The core looks up a request's dialog by its Call-ID, To tag and From tag, concatenated.
		id: callId + localTag + remoteTag,
		early: start.early,
		callId,
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
