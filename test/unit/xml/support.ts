import { ResultListeners } from "../../../src/call/result-listeners.ts";
import type {
	CallControl,
	CallFollowing,
	CallListener,
	CallRequest,
	CallResult,
	Placed,
} from "../../../src/call/types.ts";
import type { Turns } from "../../../src/net/fair-turns.ts";
import { type Frame, Framer, type RequestFrame } from "../../../src/xml/framer.ts";
import { MemoryLogger } from "../../support/memory-logger.ts";

/** The request of the manual's example. */
export const MANUAL_REQUEST =
	"<ClickToCall>\n <Request>\n   <Initiator>sip:scott@sipdomain.com</Initiator>\n" +
	"   <Destination>9055551234</Destination>\n   <AnchorCall>false</AnchorCall>\n </Request>\n</ClickToCall>";

export const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
export const text = (data: Uint8Array): string => new TextDecoder("utf-8", { ignoreBOM: true }).decode(data);

/** Takes every request and lets the test tell its results. */
export class FakePlacer implements CallControl, CallFollowing {
	draining = false;
	/** Ids that were to be hung up. */
	readonly hungUp: string[] = [];
	readonly requests: CallRequest[] = [];
	readonly listeners: CallListener[] = [];
	readonly followers = new ResultListeners(new MemoryLogger());
	/** When set, requests are refused with it. */
	refusal: CallResult | undefined;

	place(request: CallRequest): Placed {
		this.requests.push(request);
		const result = this.refusal;
		if (result) return { accepted: false, result };
		const translated = {
			initiator: `sip:${request.initiator}@example.com`,
			destination: `sip:${request.destination}@gw.example.com`,
		};
		const call = this.requests.length;
		const listen = (listener: CallListener): void => {
			this.listeners[call - 1] = listener;
			listener({ code: 100, text: "In progress", final: false, translated });
		};
		return { accepted: true, id: `call-${call}`, ...translated, listen };
	}

	/** There is a call for each request. */
	hangUp(id: string): boolean {
		this.hungUp.push(id);
		return /^call-[1-9]$/.test(id) && Number(id.slice(5)) <= this.requests.length;
	}

	follow(id: string, listener: CallListener): (() => void) | undefined {
		return this.followers.follow(id, listener);
	}

	/** Tells a result of the call number `call`, from 0. */
	tell(call: number, result: CallResult): void {
		this.listeners[call]?.(result);
	}
}

export const RINGING_INITIATOR: CallResult = {
	code: 180,
	leg: "Initiator",
	text: "Ringing initiator",
	final: false,
};

export const BUSY_INITIATOR: CallResult = {
	code: 486,
	leg: "Initiator",
	text: "Failed to connect to initiator",
	final: true,
};

/** The one request that a text holds. */
export function frameOf(request: string | Uint8Array): RequestFrame {
	const [frame] = framesOf(new Framer(), typeof request === "string" ? bytes(request) : request);
	if (frame?.kind !== "request") throw new Error(`no request: ${request}`);
	return frame;
}

/** All frames that are complete with these bytes. */
export function framesOf(framer: Framer, chunk: Uint8Array): Frame[] {
	framer.push(chunk);
	const frames: Frame[] = [];
	for (let frame = framer.next(); frame; frame = framer.next()) frames.push(frame);
	return frames;
}

/** Turns that follow each other at once. */
export function turnsAtOnce(): Turns {
	let running = false;
	const waiting: (() => void)[] = [];
	return {
		take: (_, work) => {
			waiting.push(work);
			if (running) return;
			running = true;
			for (let next = waiting.shift(); next; next = waiting.shift()) next();
			running = false;
		},
	};
}
