import type { CallJson, CallListJson } from "../../live/call-json.ts";
import type { LiveCall } from "../../live/types.ts";
import type { Clock } from "../../time/clock.ts";
import { pause } from "../../time/pause.ts";
import { systemClock } from "../../time/system-clock.ts";
import { escapeXml } from "../../xml/response.ts";
import { type Answer, readAnswer, type ServerStatus, timeIn } from "./answer.ts";
import type { CallConnection } from "./call-connection.ts";
import type { HttpClient } from "./http-client.ts";
import { RemoteError } from "./remote-error.ts";
import type { CallToPlace } from "./xml-connection.ts";

/** How often a call is looked at while its result is awaited, in milliseconds. */
const LOOK_INTERVAL = 500;

const CALLS = "/api/v1/calls";

/** The same as the XML socket gives, by the interface for programs. */
export class ApiConnection implements CallConnection {
	readonly #client: HttpClient;
	readonly #clock: Clock;
	#closed = false;

	constructor(client: HttpClient, clock: Clock = systemClock) {
		this.#client = client;
		this.#clock = clock;
	}

	async place(wanted: CallToPlace, onAnswer: (answer: Answer) => void): Promise<Answer> {
		const { status, document } = await this.#client.send("POST", CALLS, wanted);
		if (status === 400 || status === 403 || status === 503) {
			const refusal = answerOf(status, undefined, detailOf(document));
			onAnswer(refusal);
			return refusal;
		}
		let call = callOf(document);
		onAnswer(answerOf(100, undefined, "In progress", call));
		const told = new Set<string>();
		for (;;) {
			for (const [code, leg, text] of progressOf(call)) {
				if (told.has(text)) continue;
				told.add(text);
				onAnswer(answerOf(code, leg, text));
			}
			if (call.result) {
				const final = answerOf(call.result.code, call.result.leg, call.result.text);
				onAnswer(final);
				return final;
			}
			await pause(this.#clock, LOOK_INTERVAL);
			if (this.#closed) throw new RemoteError("the command was ended");
			call = callOf(await this.#client.get(pathOf(call.id)));
		}
	}

	async hangUp(id: string): Promise<string | undefined> {
		const { status } = await this.#client.send("DELETE", pathOf(id));
		return status === 404 || status === 409 ? undefined : "Hung up";
	}

	async statusOf(id: string): Promise<ServerStatus | undefined> {
		const { status, document } = await this.#client.send("GET", pathOf(id));
		if (status === 404) return undefined;
		return await this.#server([callOf(document)], undefined);
	}

	async status(): Promise<ServerStatus> {
		const answer = await this.#client.get(CALLS);
		const { calls, clusterLostSince } = (answer ?? {}) as Partial<CallListJson>;
		if (!Array.isArray(calls)) throw new RemoteError("the server's answer is not a list of calls");
		return await this.#server(calls.map(callOf), timeIn(clusterLostSince));
	}

	close(): void {
		this.#closed = true;
	}

	async #server(calls: readonly CallJson[], clusterLostSince: number | undefined): Promise<ServerStatus> {
		const [description, readiness] = await Promise.all([
			this.#client.get("/api/v1/openapi.json"),
			this.#client.text("/readyz"),
		]);
		const { info } = description as { readonly info?: { readonly version?: string } };
		return {
			version: info?.version ?? "",
			draining: readiness.includes("draining"),
			inProgress: calls.filter(({ state }) => state !== "ended").length,
			...(clusterLostSince !== undefined && { clusterLostSince }),
			calls: calls.map(liveCall),
		};
	}
}

function pathOf(id: string): string {
	return `${CALLS}/${encodeURIComponent(id)}`;
}

function callOf(document: unknown): CallJson {
	if (document && typeof document === "object" && "id" in document && "initiator" in document)
		return document as CallJson;
	throw new RemoteError("the server's answer is not a call");
}

function liveCall({ startedAt, answeredAt, endedAt, ...call }: CallJson): LiveCall {
	return {
		...call,
		startedAt: Date.parse(startedAt),
		...(answeredAt !== undefined && { answeredAt: Date.parse(answeredAt) }),
		...(endedAt !== undefined && { endedAt: Date.parse(endedAt) }),
	};
}

/** What has happened to the phones up to now, as the XML socket tells it. */
function progressOf({ initiator, destination }: CallJson): [number, string, string][] {
	const progress: [number, string, string][] = [];
	if (initiator.state === "ringing") progress.push([180, "Initiator", "Ringing initiator"]);
	if (initiator.state === "answered") progress.push([200, "Initiator", "Connected to initiator"]);
	if (destination.state === "ringing") progress.push([180, "Destination", "Ringing destination"]);
	return progress;
}

function detailOf(document: unknown): string {
	const { title, detail, errors } = (document ?? {}) as {
		readonly title?: string;
		readonly detail?: string;
		readonly errors?: readonly { readonly problem: string }[];
	};
	return [detail ?? title ?? "refused", ...(errors ?? []).map(({ problem }) => problem)].join("; ");
}

/** Commands show answers of the XML socket. */
function answerOf(code: number, leg: string | undefined, text: string, call?: CallJson): Answer {
	const element = (name: string, value: string): string => `<${name}>${escapeXml(value)}</${name}>`;
	const more = call
		? element("Id", call.id) +
			element("TranslatedInitiator", call.initiator.uri) +
			element("TranslatedDestination", call.destination.uri)
		: "";
	const legs = leg === undefined ? "" : ` Leg="${escapeXml(leg)}"`;
	return readAnswer(`<Response><Result Code="${code}"${legs}>${escapeXml(text)}</Result>${more}</Response>`);
}
