import { reasonPhrase } from "../message/reasons.ts";
import { requestUriOf } from "../message/uri.ts";
import type { IncomingRequest } from "../sipjs/core.ts";
import { NameAddrHeader, type URI } from "../sipjs/grammar.ts";
import { NOBODY, type RequestListener } from "./client-request.ts";
import type { LegDialog } from "./leg-dialog.ts";
import type { TransferRequest } from "./types.ts";

/** How long we promise to report on a transfer, in seconds. */
const SUBSCRIPTION = 180;

/** What the transfer request needs from the dialog it came in. */
export interface IncomingReferOptions {
	readonly dialog: LegDialog;
	/** `Contact: …` for the 202. */
	readonly contact: string;
	/** Value of Event in the NOTIFYs. */
	readonly event: string;
	/** True while NOTIFYs can be sent in the dialog. */
	live(): boolean;
	/** The phone waits for reports from now on. */
	subscribed(): void;
	/** The NOTIFY that ends the reports is about to be sent. @returns who gets its answer. */
	lastReport(): RequestListener;
}

/**
 * Reports on a transfer by NOTIFY (RFC 3515 section 2.4.5).
 *
 * @param status of the attempt; from 200 on, it is the last report.
 * @param listener gets the answer.
 */
export function reportTransfer(
	{ dialog, event }: Pick<IncomingReferOptions, "dialog" | "event">,
	status: number,
	listener: RequestListener,
): void {
	const state = status >= 200 ? "terminated;reason=noresource" : `active;expires=${SUBSCRIPTION}`;
	dialog.request("NOTIFY", listener, {
		extraHeaders: [`Event: ${event}`, `Subscription-State: ${state}`],
		body: {
			contentDisposition: "render",
			contentType: "message/sipfrag;version=2.0",
			content: `SIP/2.0 ${status} ${reasonPhrase(status)}\r\n`,
		},
	});
}

/**
 * A phone's REFER in the dialog (RFC 3515), which asks us to call another address in its place. The phone is
 * told the outcome by NOTIFY, unless it asked not to be (RFC 4488).
 *
 * @returns undefined, after refusing it, if its Refer-To is missing or is not a URI.
 */
export function incomingRefer(
	request: IncomingRequest,
	options: IncomingReferOptions,
): TransferRequest | undefined {
	const { message } = request;
	const referTo: unknown = message.parseHeader("refer-to");
	if (!(referTo instanceof NameAddrHeader) || message.getHeaders("refer-to").length !== 1) {
		request.reject({ statusCode: 400, reasonPhrase: "One Refer-To with a SIP URI expected" });
		return undefined;
	}
	// It wants a request other than an INVITE (RFC 3515 section 2.4.2): a call would be something else.
	if (/^(?!invite$)/i.test(referTo.uri.getParam("method") ?? "INVITE")) {
		request.reject({ statusCode: 501 });
		return undefined;
	}
	const silent = /^\s*false\b/i.test(message.getHeader("Refer-Sub") ?? "");
	let final = false;
	const report = (status: number): void => {
		if (silent || final || !options.live()) return;
		final = status >= 200;
		reportTransfer(options, status, final ? options.lastReport() : NOBODY);
	};
	return {
		target: requestUriOf(referTo.uri),
		replaces: replacesOf(referTo.uri),
		accept: () => {
			request.accept({
				statusCode: 202,
				extraHeaders: [options.contact, ...(silent ? ["Refer-Sub: false"] : [])],
			});
			if (!silent) options.subscribed();
			report(100);
		},
		reject: (status) => request.reject({ statusCode: status }),
		report,
	};
}

/** The value of the Replaces header field for the new INVITE (RFC 3891). */
function replacesOf(uri: URI): string | undefined {
	const [value] = uri.getHeader("Replaces") ?? [];
	if (value === undefined) return undefined;
	try {
		const replaces = decodeURIComponent(value);
		return /[\r\n\0]/.test(replaces) ? undefined : replaces;
	} catch {
		return undefined;
	}
}
