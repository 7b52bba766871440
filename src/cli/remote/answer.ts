import { DOMParser, type Element } from "@xmldom/xmldom";
import { CALL_ENDERS, CALL_STATE_NAMES } from "../../call/events.ts";
import { CALL_VIAS, CALL_WAYS, type CallOrigin, LEG_NAMES, type LegName } from "../../call/types.ts";
import { LEG_STATE_NAMES, type LiveCall, type LiveLeg, type LiveResult } from "../../live/types.ts";
import { isOneOf } from "../../one-of.ts";
import { RemoteError } from "./remote-error.ts";

/** One answer of the XML socket. */
export interface Answer {
	readonly code: number;
	/** Empty when the result is about the request as a whole. */
	readonly leg: string;
	readonly text: string;
	/** The `<Ref>` that came back; empty when the request could not be repeated. */
	readonly ref: string;
	readonly response: Element;
}

/** What a server reports about itself and calls in progress. */
export interface ServerStatus {
	readonly version: string;
	readonly commit?: string;
	readonly draining: boolean;
	readonly inProgress: number;
	/** Since when it does not see the other boxes, in milliseconds since 1970; absent while it does. */
	readonly clusterLostSince?: number;
	readonly calls: readonly LiveCall[];
	/** Begins the next page; absent on the last one. */
	readonly next?: string;
}

/** Reads an answer. @throws {RemoteError} when it is not one. */
export function readAnswer(text: string): Answer {
	const root = parse(text);
	const response = root && (root.nodeName === "Response" ? root : first(root, "Response"));
	const result = response && first(response, "Result");
	if (!result) throw new RemoteError("what answers there is not the XML interface of a click-to-call server");
	return {
		code: Number(result.getAttribute("Code") ?? 0),
		leg: result.getAttribute("Leg") ?? "",
		text: result.textContent ?? "",
		ref: root.getElementsByTagName("Ref").item(0)?.textContent ?? "",
		response,
	};
}

/** The text of an element of a response; undefined when there is none. */
export function textIn(parent: Element, name: string): string | undefined {
	return first(parent, name)?.textContent ?? undefined;
}

/** Reads the answer to `<Status>`. @throws {RemoteError} when a word in it is unknown. */
export function readStatus(response: Element): ServerStatus {
	const text = (name: string): string => textIn(response, name) ?? "";
	return {
		version: text("Version"),
		...optional("commit", textIn(response, "Commit")),
		draining: text("Draining") === "true",
		inProgress: Number(text("InProgress")),
		...optional("clusterLostSince", timeIn(textIn(response, "ClusterLostSince"))),
		calls: childrenOf(response, "Call").map(readCall),
		...optional("next", textIn(response, "Next")),
	};
}

/** @returns milliseconds since 1970; undefined when there is none. */
export function timeIn(text: string | undefined): number | undefined {
	return text === undefined ? undefined : Date.parse(text);
}

/** A call as the server reports it, in the words of the interface. */
function readCall(call: Element): LiveCall {
	const text = (name: string): string => textIn(call, name) ?? "";
	const time = (name: string): number => Date.parse(text(name));
	const endedBy = textIn(call, "EndedBy");
	const optionalTime = (key: "answeredAt" | "endedAt", name: string): object =>
		textIn(call, name) === undefined ? {} : { [key]: time(name) };
	return {
		id: text("Id"),
		...optional("box", textIn(call, "Box")),
		way: wordOf(CALL_WAYS, "Way", text("Way")),
		state: wordOf(CALL_STATE_NAMES, "State", text("State")),
		initiator: readLeg(call, "Initiator"),
		destination: readLeg(call, "Destination"),
		origin: readOrigin(call),
		startedAt: time("StartedAt"),
		...optionalTime("answeredAt", "AnsweredAt"),
		...optionalTime("endedAt", "EndedAt"),
		...optional("result", readFinal(call)),
		...(endedBy !== undefined && { endedBy: wordOf(CALL_ENDERS, "EndedBy", endedBy) }),
	};
}

function readLeg(call: Element, name: LegName): LiveLeg {
	return {
		address: textIn(call, name) ?? "",
		uri: textIn(call, `Translated${name}`) ?? "",
		state: wordOf(LEG_STATE_NAMES, `State of ${name}`, first(call, name)?.getAttribute("State") ?? ""),
	};
}

function readOrigin(call: Element): CallOrigin {
	return {
		via: wordOf(CALL_VIAS, "Via", textIn(call, "Via") ?? ""),
		...optional("peer", textIn(call, "Peer")),
		...optional("user", textIn(call, "User")),
	};
}

function readFinal(call: Element): LiveResult | undefined {
	const final = first(call, "FinalResult");
	if (!final) return undefined;
	const leg = final.getAttribute("Leg") ?? "";
	return {
		code: Number(final.getAttribute("Code")),
		...(leg !== "" && { leg: wordOf(LEG_NAMES, "Leg", leg) }),
		text: final.textContent ?? "",
	};
}

/** A word of the interface; a server of another version may have others. */
function wordOf<Word extends string>(words: readonly Word[], name: string, text: string): Word {
	if (isOneOf(words, text)) return text;
	throw new RemoteError(
		`the server's answer cannot be read: ${name} is "${text}", expected ${words.join(", ")}; it may be of another version`,
	);
}

function parse(text: string): Element | undefined {
	try {
		return (
			new DOMParser({ locator: false, onError: () => {} }).parseFromString(text, "text/xml")
				.documentElement ?? undefined
		);
	} catch {
		return undefined;
	}
}

/** The first child of that name; a repeated request may hold others of the same name. */
function first(parent: Element, name: string): Element | undefined {
	return childrenOf(parent, name)[0];
}

function childrenOf(parent: Element, name: string): Element[] {
	const found: Element[] = [];
	for (let node = parent.firstChild; node; node = node.nextSibling) {
		if (node.nodeType === node.ELEMENT_NODE && node.nodeName === name) found.push(node as Element);
	}
	return found;
}

function optional<Key extends string, Value>(
	key: Key,
	value: Value | undefined,
): Partial<Record<Key, Value>> {
	return value === undefined ? {} : ({ [key]: value } as Partial<Record<Key, Value>>);
}
