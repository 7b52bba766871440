import { createHmac, randomBytes } from "node:crypto";
import type { Logger } from "../log/logger.ts";
import { CAPABILITIES, unsupportedBy } from "./extensions.ts";
import { ALLOW } from "./leg/agent-profile.ts";
import type { BrokenRequest } from "./message/broken-request.ts";
import { reasonPhrase } from "./message/reasons.ts";
import { byteLength, makeBrokenResponse, makeResponse } from "./message/writer.ts";
import type { IncomingRequestMessage } from "./sipjs/core.ts";
import type { Flow } from "./transport/types.ts";

const KNOWN_METHODS = new Set(ALLOW.split(", "));

/**
 * Bytes that may go out for each byte that comes in. The source of a datagram can be forged, and our response
 * goes to the owner of that address.
 */
const MAX_AMPLIFICATION = 4;

const TAG_DIGITS = 16;

/** How a request is answered. */
interface Verdict {
	readonly status: number;
	/** Header lines that the status requires. */
	readonly headers: readonly string[];
}

/** Its settings and parts. */
export interface StatelessServerOptions {
	/** Value of User-Agent. */
	readonly userAgent: string;
	/** Sends a response back the way its request came. @throws {TransportError} */
	send(text: string, flow: Flow): void;
	readonly log: Logger;
}

/**
 * Answers requests outside our dialogs without keeping any state (RFC 3261 section 8.2.7): each request gets
 * one response, however often it arrives. A retransmitted request gets the same To tag.
 */
export class StatelessServer {
	readonly #options: StatelessServerOptions;
	readonly #key = randomBytes(32);

	constructor(options: StatelessServerOptions) {
		this.#options = options;
	}

	/**
	 * Answers a request.
	 *
	 * @param octets size of the request in bytes.
	 * @param flow on which it came.
	 * @param elsewhere whether another process goes on with its dialog.
	 */
	answer(request: IncomingRequestMessage, octets: number, flow: Flow, elsewhere = false): void {
		const { log, userAgent } = this.#options;
		log.debug(() => `${request.method.slice(0, 32)} from ${flow.remote.address} belongs to no call`);
		const verdict = verdictOn(request, elsewhere);
		if (!verdict) return;
		const { status, headers } = verdict;
		const toTag = this.#tagFor([request.viaBranch, request.callId, request.fromTag, `${request.cseq}`]);
		const write = (lines: readonly string[]): string =>
			makeResponse(request, status, { toTag, headers: lines });
		this.#send(flow, octets, [
			() => write([...headers, `User-Agent: ${userAgent}`]),
			() => write(headers),
			() => write([]),
		]);
	}

	/**
	 * Tells the sender what is wrong with a request that cannot be read.
	 *
	 * @param reason fit for a reason phrase.
	 * @param octets size of the request in bytes.
	 * @param flow on which it came.
	 */
	refuse(request: BrokenRequest, reason: string, octets: number, flow: Flow): void {
		const { status, via, from, to, callId, cseq } = request;
		const toTag = this.#tagFor([via[0], from, to, callId, cseq]);
		this.#send(flow, octets, [
			() => makeBrokenResponse(request, status, reason, toTag),
			() => makeBrokenResponse(request, status, reasonPhrase(status), toTag),
		]);
	}

	/** Sends the first of several texts that is short enough; none if all are too long for a datagram. */
	#send(flow: Flow, octets: number, writers: readonly (() => string)[]): void {
		const limit = flow.reliable ? Number.POSITIVE_INFINITY : octets * MAX_AMPLIFICATION;
		try {
			for (const write of writers) {
				const text = write();
				if (byteLength(text) <= limit) return this.#options.send(text, flow);
			}
		} catch (error) {
			this.#options.log.debug(() => `cannot answer ${flow.remote.address}: ${error}`);
		}
	}

	#tagFor(parts: readonly (string | undefined)[]): string {
		return createHmac("sha256", this.#key).update(parts.join("\n")).digest("hex").slice(0, TAG_DIGITS);
	}
}

/** @returns undefined for an ACK, which is never answered. */
function verdictOn(request: IncomingRequestMessage, elsewhere: boolean): Verdict | undefined {
	const { method, toTag } = request;
	if (method === "ACK") return undefined;
	// The parser finds no host in any other scheme.
	if (request.ruri?.host === "") return { status: 416, headers: [] };
	const unsupported = unsupportedBy(request);
	if (unsupported.length > 0) return { status: 420, headers: [`Unsupported: ${unsupported.join(", ")}`] };
	if (method === "CANCEL" || method === "BYE") return NO_DIALOG;
	if (toTag && KNOWN_METHODS.has(method)) return elsewhere ? NOT_HERE : NO_DIALOG;
	if (method === "OPTIONS") return { status: 200, headers: CAPABILITIES };
	return method === "INVITE" ? { status: 403, headers: [] } : { status: 405, headers: [`Allow: ${ALLOW}`] };
}

/** A phone that gets a 481 hangs up; this one is to try again where the dialog is (RFC 5057 section 5.1). */
const NOT_HERE: Verdict = { status: 500, headers: ["Retry-After: 5"] };
const NO_DIALOG: Verdict = { status: 481, headers: [] };
