import type { IncomingResponseMessage } from "../sipjs/core.ts";
import type { Target } from "../transport/types.ts";
import type { PendingRequest } from "./pending-request.ts";

/** What most legs have most of the time. */
const NONE: readonly PendingRequest[] = [];

/** The requests of a leg without a final response; there are few at a time. */
export class PendingRequests {
	#requests = NONE;

	/** The request that a response answers; undefined when nobody waits for it. */
	answeredBy({
		method,
		viaBranch,
		statusCode: status = 0,
	}: IncomingResponseMessage): PendingRequest | undefined {
		const isAnswer = status >= 200 && status < 300;
		// What an earlier try of an INVITE leads to is no longer of interest, save a 2xx.
		return this.#requests.find(
			(request) =>
				request.method === method &&
				(request.branch === viaBranch || (isAnswer && request.wasSentAs(viaBranch))),
		);
	}

	/** Those that are out to a target. */
	at(target: Target): readonly PendingRequest[] {
		return this.#requests.filter((request) => request.isAt(target));
	}

	has(request: PendingRequest): boolean {
		return this.#requests.includes(request);
	}

	add(request: PendingRequest): void {
		this.#requests = [...this.#requests, request];
	}

	drop(request: PendingRequest): void {
		const others = this.#requests.filter((other) => other !== request);
		this.#requests = others.length > 0 ? others : NONE;
	}
}
