import { parameterOf, uriOf } from "./addresses.ts";
import type { Channel, PhoneProtocol } from "./channel.ts";
import type { PhoneContext } from "./context.ts";
import type { RequestParts } from "./outgoing.ts";
import type { SipMessage } from "./wire.ts";

/** How a dialog starts (RFC 3261 section 12.1). */
export interface DialogStart {
	readonly callId: string;
	/** Our name-addr with its tag. */
	readonly localParty: string;
	readonly localTag: string;
	/** The peer's name-addr with its tag. */
	readonly remoteParty: string;
	readonly remoteTag: string;
	/** URI of the peer's Contact. */
	readonly remoteTarget: string;
	/** Route header field values in the order in which they are written. */
	readonly routeSet: readonly string[];
	/** The CSeq number that we used last. */
	readonly localCSeq: number;
	/** The CSeq number of the peer's first request; undefined if it has sent none. */
	readonly remoteCSeq: number | undefined;
	/** URI of our Contact. */
	readonly contact: string;
	readonly protocol: PhoneProtocol;
}

/** What a request in a dialog adds. */
export interface DialogRequest {
	readonly method: string;
	readonly lines?: readonly string[];
	readonly body?: string;
	readonly contentType?: string;
	/** For ACK: the number of the INVITE; a new one otherwise. */
	readonly cseq?: number;
}

/** The state of one dialog: what its requests are built from and checked against (RFC 3261 section 12.2). */
export class Dialog {
	readonly start: DialogStart;
	remoteTarget: string;
	#localCSeq: number;
	#highest: number;
	readonly #seen = new Set<number>();
	readonly #context: PhoneContext;

	constructor(context: PhoneContext, start: DialogStart) {
		this.#context = context;
		this.start = start;
		this.remoteTarget = start.remoteTarget;
		this.#localCSeq = start.localCSeq;
		this.#highest = start.remoteCSeq ?? 0;
		this.#seen.add(this.#highest);
	}

	/** Builds a request and finds the way to the peer; undefined if the peer is unreachable. */
	request(asked: DialogRequest): { readonly parts: RequestParts; readonly channel: Channel } | undefined {
		const { start } = this;
		const [first] = start.routeSet;
		const nextHop = first === undefined ? this.remoteTarget : uriOf(first);
		const channel = this.#context.channelTo(nextHop, start.protocol);
		if (channel === undefined) return undefined;
		// A strict router takes the Request-URI, and the target goes to the end (RFC 3261 section 12.2.1.1).
		const strict = first !== undefined && !/;lr(?:[;=>]|$)/i.test(first);
		const parts: RequestParts = {
			method: asked.method,
			uri: strict ? nextHop : this.remoteTarget,
			sentBy: this.#context.local,
			protocol: channel.protocol,
			branch: `z9hG4bK${this.#context.id()}`,
			from: start.localParty,
			to: start.remoteParty,
			callId: start.callId,
			cseq: asked.cseq ?? ++this.#localCSeq,
			routes: strict ? [...start.routeSet.slice(1), `<${this.remoteTarget}>`] : start.routeSet,
			lines: asked.lines ?? [],
			...(asked.body === undefined ? {} : { body: asked.body }),
			...(asked.contentType === undefined ? {} : { contentType: asked.contentType }),
		};
		return { parts, channel };
	}

	/**
	 * Checks a request of the peer and takes its CSeq.
	 * @returns false if it is out of order and gets 500 (RFC 3261 section 12.2.2).
	 */
	admit(request: SipMessage, datagram: boolean, fault: (text: string) => void): boolean {
		const { start } = this;
		if (request.header("call-id") !== start.callId) fault("Call-ID changed within the dialog");
		if (request.uri !== start.contact)
			fault(`Request-URI is ${request.uri} instead of our Contact ${start.contact}`);
		compareUri("From", request.header("from"), start.remoteParty, fault);
		compareUri("To", request.header("to"), start.localParty, fault);
		if (request.method === "ACK") return true;
		const number = request.cseq;
		const late = number <= this.#highest;
		// A lost datagram arrives again, after later ones: its number was skipped so far.
		if (late && (this.#seen.has(number) || !datagram)) {
			fault(`CSeq ${number} does not go up from ${this.#highest}`);
		}
		this.#seen.add(number);
		if (late) return false;
		this.#highest = number;
		return true;
	}

	/** Takes the Contact of a target refresh request or of its 2xx (RFC 3261 section 12.2). */
	refreshTarget(message: SipMessage): void {
		const contact = message.header("contact");
		if (contact !== undefined) this.remoteTarget = uriOf(contact);
	}
}

function compareUri(
	name: string,
	now: string | undefined,
	before: string,
	fault: (text: string) => void,
): void {
	const uri = uriOf(now ?? "");
	if (uri !== uriOf(before)) fault(`${name} changed within the dialog from ${uriOf(before)} to ${uri}`);
}

/** The tag of a To or From header field; empty if it has none. */
export function tagOf(value: string | undefined): string {
	return parameterOf(value ?? "", "tag") ?? "";
}
