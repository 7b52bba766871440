import { CAPABILITIES, timerLines } from "./capabilities.ts";
import { LIFETIME_S, Referral } from "./referral.ts";
import type { ServerTransaction } from "./server-transaction.ts";
import type { Session } from "./session.ts";

/** The owner of the Call-ID waits 2.1 to 4 seconds after a 491 (RFC 3261 section 14.1). */
const SHORTEST_GLARE_WAIT_MS = 2100;

/** Answers a request that came in a dialog, except ACK. */
export function answerRequest(session: Session, transaction: ServerTransaction): void {
	if (!session.admit(transaction)) return;
	switch (transaction.request.method) {
		case "BYE":
			transaction.reply({ status: 200 });
			if (session.state === "early") session.call.onEarlyBye();
			session.end("remote");
			return;
		case "INVITE":
			onReinvite(session, transaction);
			return;
		case "UPDATE":
			onUpdate(session, transaction);
			return;
		case "PRACK":
			session.call.onPrack(transaction, session);
			return;
		case "REFER":
			onRefer(session, transaction);
			return;
		case "SUBSCRIBE":
			onSubscribe(session, transaction);
			return;
		case "INFO":
		case "MESSAGE":
		case "NOTIFY":
		case "OPTIONS":
			transaction.reply({ status: 200, lines: [contactLine(session), ...CAPABILITIES] });
			return;
		default:
			transaction.reply({ status: 405, lines: CAPABILITIES });
	}
}

function onReinvite(session: Session, transaction: ServerTransaction): void {
	const { request } = transaction;
	const { media, behaviour, context } = session;
	if (session.glaredAt !== undefined) {
		const waited = context.clock.now() - session.glaredAt;
		if (waited < SHORTEST_GLARE_WAIT_MS) {
			session.call.fault(`re-INVITE came ${Math.round(waited)} ms after a 491 instead of 2100 to 4000`);
		}
		session.glaredAt = undefined;
	}
	// One INVITE at a time in a dialog (RFC 3261 section 14.2).
	if (session.state === "early") {
		session.call.fault("re-INVITE before the first INVITE was answered");
		transaction.reply({ status: 500, lines: ["Retry-After: 1"] });
		return;
	}
	if (session.inviting || media.state !== "idle" || session.glares < behaviour.glare) {
		session.glares++;
		media.refuseOffer(request.body);
		session.glaredAt = context.clock.now();
		transaction.reply({ status: 491, lines: [contactLine(session)] });
		return;
	}
	if (behaviour.reinviteStatus >= 300) {
		media.refuseOffer(request.body);
		transaction.reply({ status: behaviour.reinviteStatus, lines: [contactLine(session)] });
		return;
	}
	session.dialog.refreshTarget(request);
	if (request.body === "") {
		session.accept(transaction, { body: media.makeOffer(), offers: true });
		return;
	}
	const answer = answerOffer(session, transaction);
	if (answer !== undefined) session.accept(transaction, { body: answer, offers: false });
}

function onRefer(session: Session, transaction: ServerTransaction): void {
	const referral = new Referral(session, transaction);
	session.referral = referral;
	referral.start();
}

/** Whoever asks again about a referral gets another report (RFC 6665 section 4.2.1.3). */
function onSubscribe({ dialog, referral }: Session, transaction: ServerTransaction): void {
	if (!referral?.reports) {
		transaction.reply({ status: 481 });
		return;
	}
	dialog.refreshTarget(transaction.request);
	transaction.reply({ status: 200, lines: [`Contact: <${dialog.start.contact}>`, `Expires: ${LIFETIME_S}`] });
	referral.repeat();
}

/** UPDATE (RFC 3311): an offer is answered at once; without one it only refreshes. */
function onUpdate(session: Session, transaction: ServerTransaction): void {
	const { request } = transaction;
	const lines = [contactLine(session), ...timerLines(request, session.behaviour)];
	if (request.body === "") {
		session.dialog.refreshTarget(request);
		transaction.reply({ status: 200, lines });
		return;
	}
	if (session.media.state !== "idle" || session.inviting) {
		transaction.reply({ status: session.media.state === "asked" ? 500 : 491, lines: ["Retry-After: 1"] });
		return;
	}
	session.dialog.refreshTarget(request);
	const body = answerOffer(session, transaction);
	if (body === undefined) return;
	transaction.reply({ status: 200, lines, body });
	session.call.onConfirmed(session);
}

/** @returns the answer; undefined if the request was refused. */
function answerOffer(session: Session, transaction: ServerTransaction): string | undefined {
	const { request } = transaction;
	if (!(request.header("content-type") ?? "").toLowerCase().startsWith("application/sdp")) {
		transaction.reply({ status: 415, lines: ["Accept: application/sdp"] });
		return undefined;
	}
	session.media.takeOffer(request.body);
	const answer = session.media.makeAnswer();
	if (answer !== undefined) return answer;
	session.media.withdraw();
	transaction.reply({ status: 488 });
	return undefined;
}

function contactLine(session: Session): string {
	return `Contact: <${session.dialog.start.contact}>`;
}
