import type { CallEvent, CallState } from "../../../src/call/events.ts";
import { CallEvents } from "../../../src/call/events.ts";
import type { CallControl, CallRequest, CallResult, Placed } from "../../../src/call/types.ts";
import { type AppOptions, createApp } from "../../../src/http/app.ts";
import { LiveCalls } from "../../../src/live/live-calls.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { MemoryLogger } from "../../support/memory-logger.ts";

/** Calls that go on until they are told to end. */
export class FakeCalls implements CallControl {
	readonly events = new CallEvents((error) => {
		throw error;
	});
	readonly requests: CallRequest[] = [];
	draining = false;
	refusal: CallResult | undefined;
	readonly #open = new Map<string, CallRequest>();

	place(request: CallRequest): Placed {
		this.requests.push(request);
		if (this.refusal) {
			this.events.publish({ kind: "refused", request, result: this.refusal, reason: "calls" });
			return { accepted: false, result: this.refusal };
		}
		const id = `call${this.requests.length}`;
		this.#open.set(id, request);
		this.events.publish({ kind: "placed", call: this.#snapshot(id, "calling initiator") });
		return {
			accepted: true,
			id,
			initiator: uriOf(request.initiator),
			destination: uriOf(request.destination),
			listen: () => {},
		};
	}

	hangUp(id: string): boolean {
		if (!this.#open.has(id)) return false;
		const call = this.#snapshot(id, "ended");
		this.result(id, 487, "Initiator", true);
		this.events.publish({ kind: "state", call, endedBy: "operator" });
		this.#open.delete(id);
		return true;
	}

	result(id: string, code: number, leg: "Initiator" | "Destination", final = false): void {
		const call = this.#snapshot(id, "calling initiator");
		this.events.publish({ kind: "result", call, result: { code, leg, text: "text", final } });
	}

	enter(id: string, state: CallState): void {
		this.events.publish({ kind: "state", call: this.#snapshot(id, state) });
	}

	#snapshot(id: string, state: CallState): Extract<CallEvent, { kind: "placed" }>["call"] {
		const request = this.#open.get(id);
		if (!request) throw new Error(`no call ${id}`);
		const { initiator, destination, anchor } = request;
		return {
			id,
			request,
			initiator: uriOf(initiator),
			destination: uriOf(destination),
			way: anchor ? "anchor" : "refer",
			state,
			startedAt: 1_700_000_000_000,
			age: 0,
		};
	}
}

function uriOf(address: string): string {
	return `sip:${address}@pbx.example.com`;
}

/** The web application with calls of nobody, and ways to ask it. */
export function setUp(
	options: Partial<AppOptions> & { readonly history?: NonNullable<AppOptions["api"]>["history"] } = {},
) {
	const calls = new FakeCalls();
	const live = new LiveCalls();
	calls.events.subscribe(live.hear);
	const clock = new FakeClock();
	const log = new MemoryLogger();
	const { history, ...appOptions } = options;
	const api = {
		calls,
		live,
		history,
		clock,
		translate: (address: string) =>
			address === "nobody"
				? ({ ok: false, code: "no-rule", reason: "no translation rule matches it" } as const)
				: ({
						ok: true,
						cleaned: address.replaceAll("-", ""),
						uri: uriOf(address),
						rule: {
							pattern: "^(.*)$",
							output: "sip:$1@pbx.example.com",
							file: "test",
							line: 1,
							engine: "RE2",
						},
					} as const),
	};
	const app = createApp({ placer: calls, api, log, ...appOptions });
	const ask = async (path: string, init?: RequestInit): Promise<Response> =>
		app.request(path, init, { peer: "192.0.2.7" });
	const post = (body: unknown, headers: Record<string, string> = {}): Promise<Response> =>
		ask("/api/v1/calls", {
			method: "POST",
			headers: { "Content-Type": "application/json", ...headers },
			body: typeof body === "string" ? body : JSON.stringify(body),
		});
	return { calls, live, clock, log, app, ask, post };
}
