import type { IncomingResponseMessage } from "../sipjs/core.ts";
import type { Target } from "../transport/types.ts";
import type { PendingRequest } from "./pending-request.ts";

/** The state of most legs most of the time. */
const NONE: readonly PendingRequest[] = [];

/** The requests of a leg without a final response; few at a time. */
export class PendingRequests {
	#requests = NONE;

	/** The request that a response answers; undefined when nobody waits for it. */
	answeredBy({
		method,
		viaBranch,
		statusCode: status = 0,
	}: IncomingResponseMessage): PendingRequest | undefined {
		const isAnswer = status >= 200 && status < 300;
		for (const request of this.#requests) {
			if (request.method !== method) continue;
			// Responses to an earlier try of an INVITE are no longer of interest, except a 2xx.
			if (request.branch === viaBranch || (isAnswer && request.wasSentAs(viaBranch))) return request;
		}
		return undefined;
	}

	/** Those that are out to a target. */
	at(target: Target): readonly PendingRequest[] {
		return this.#requests.filter((request) => request.isAt(target));
	}

	has(request: PendingRequest): boolean {
		return this.#requests.includes(request);
	}

	add(request: PendingRequest): void {
		this.#requests = this.#requests === NONE ? [request] : [...this.#requests, request];
	}

	drop(request: PendingRequest): void {
		if (this.#requests.length === 1 && this.#requests[0] === request) {
			this.#requests = NONE;
		} else this.#dropAmong(request);
	}

	#dropAmong(request: PendingRequest): void {
		const others = this.#requests.filter((other) => other !== request);
		this.#requests = others.length > 0 ? others : NONE;
	}
}
