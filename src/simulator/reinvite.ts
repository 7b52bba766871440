import { CAPABILITIES } from "./capabilities.ts";
import { reasonOf } from "./outgoing.ts";
import type { Direction } from "./sdp.ts";
import type { Session } from "./session.ts";
import type { SipMessage } from "./wire.ts";

/** A party that does not own the Call-ID retries within two seconds of a 491 (RFC 3261 section 14.1). */
const GLARE_WAIT_MS = 700;
const TRIES = 5;
/** How soon it checks again whether an exchange of its own or an ACK is outstanding. */
const BUSY_WAIT_MS = 20;

/**
 * Sends a re-INVITE with a new offer, and again after a 491.
 * @returns its final status; 481 if the dialog is over, 491 if it or the peer stays busy.
 */
export function reinvite(session: Session, direction: Direction): Promise<number> {
	return new Promise((resolve) => attempt(session, direction, TRIES, resolve));
}

function attempt(
	session: Session,
	direction: Direction,
	tries: number,
	done: (status: number) => void,
): void {
	const { context, media } = session;
	const again = () => {
		if (tries <= 1) done(491);
		else context.clock.after(GLARE_WAIT_MS, () => attempt(session, direction, tries - 1, done));
	};
	if (session.state !== "confirmed") {
		done(481);
		return;
	}
	if (session.inviting || session.unacknowledged || media.state !== "idle") {
		context.clock.after(BUSY_WAIT_MS, () => attempt(session, direction, tries, done));
		return;
	}
	const before = media.local.wish;
	media.local.wish = direction;
	const lines = [`Contact: <${session.dialog.start.contact}>`, ...CAPABILITIES];
	const made = session.dialog.request({ method: "INVITE", lines, body: media.makeOffer() });
	const refused = (status: number) => {
		session.inviting = false;
		media.local.wish = before;
		media.withdraw();
		if (status === 491) again();
		else done(status);
		// The dialog is gone (RFC 3261 section 12.2.1.2).
		if (status === 481 || status === 408) session.bye();
	};
	if (made === undefined) {
		refused(503);
		return;
	}
	session.inviting = true;
	context.clients.send({
		...made,
		owner: session.call,
		onResponse: (response) => {
			if (response.status >= 300) refused(response.status);
			else if (response.status >= 200) {
				session.inviting = false;
				accepted(session, response);
				done(response.status);
			}
		},
		onFailure: refused,
	});
}

function accepted(session: Session, response: SipMessage): void {
	const { call, context, dialog, media } = session;
	dialog.refreshTarget(response);
	// Nothing of ours blocks the peer's re-INVITE any longer, so it need not wait.
	session.glaredAt = undefined;
	if (response.body === "") {
		media.withdraw();
		call.fault(`${response.status} ${reasonOf(response.status)} to our re-INVITE has no answer`);
	} else media.takeAnswer(response.body);
	const ack = dialog.request({ method: "ACK", cseq: response.cseq });
	if (ack !== undefined) context.clients.acknowledge(ack.parts, ack.channel, call, response);
	call.onConfirmed(session);
}
