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
	/** The NOTIFY that ends the reports is about to be sent. @returns who gets its answer. */
	lastReport(): RequestListener;
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
	const report = (status: number, reason = reasonPhrase(status)): void => {
		if (silent || final || !options.live()) return;
		final = status >= 200;
		const state = final ? "terminated;reason=noresource" : `active;expires=${SUBSCRIPTION}`;
		options.dialog.request("NOTIFY", final ? options.lastReport() : NOBODY, {
			extraHeaders: [`Event: ${options.event}`, `Subscription-State: ${state}`],
			body: {
				contentDisposition: "render",
				contentType: "message/sipfrag;version=2.0",
				content: `SIP/2.0 ${status} ${reason}\r\n`,
			},
		});
	};
	return {
		target: requestUriOf(referTo.uri),
		replaces: replacesOf(referTo.uri),
		accept: () => {
			request.accept({
				statusCode: 202,
				extraHeaders: [options.contact, ...(silent ? ["Refer-Sub: false"] : [])],
			});
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
