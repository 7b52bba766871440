import type { DOMParser, Element } from "@xmldom/xmldom";
import { type BadRequest, bad, PARSE_ERROR } from "./bad-request.ts";
import { isXmlText } from "./characters.ts";
import { declaredEncoding, decodeRequest } from "./encoding.ts";
import type { RequestFrame } from "./framer.ts";
import { ORDERS, ROOT, sameName } from "./nesting.ts";
import { type Order, readOrder } from "./order.ts";
import {
	type Fields,
	isPlainRequest,
	type RequestFields,
	readPlainOrder,
	readPlainRequest,
	requestField,
} from "./plain-request.ts";

/** A request for a call as it was typed. */
export interface ClickToCall {
	readonly kind: "click-to-call";
	readonly initiator: string;
	readonly destination: string;
	readonly anchor: boolean;
	/** Whether the 100 result is to tell the id of the call. */
	readonly wantId: boolean;
}

export type XmlRequest = ClickToCall | Order | BadRequest;

let loadedParser: DOMParser | undefined;

/** Loaded for the first request: a server that waits need not hold its 5 MB. */
function parser(): DOMParser {
	if (loadedParser) return loadedParser;
	// Not `import()`: requests that come while it is awaited would have to be put in order.
	const xmldom: typeof import("@xmldom/xmldom") = require("@xmldom/xmldom");
	loadedParser = new xmldom.DOMParser({ locator: false, onError: stopParsing });
	return loadedParser;
}

/** Of AnchorCall and WantId. */
const TRUTH_VALUES: ReadonlyMap<string, boolean> = new Map([
	["", false],
	["true", true],
	["1", true],
	["false", false],
	["0", false],
]);

/** Reads a framed request. */
export function readRequest(frame: RequestFrame): XmlRequest {
	if (!frame.sound) return bad(PARSE_ERROR);
	if (frame.excess !== undefined) return bad(frame.excess);
	const { text } = frame;
	if (frame.plain || isPlainRequest(text)) return readCall(readPlainRequest(text));
	const order = readPlainOrder(text);
	if (order) return readOrder(...order);
	const declared = frame.marked ? undefined : declaredEncoding(text);
	const decoded = decodeRequest(Buffer.from(text, "latin1"), declared);
	return typeof decoded === "string" ? readDocument(decoded) : decoded;
}

function readDocument(text: string): XmlRequest {
	const root = parseRoot(text);
	if (!root) return bad(PARSE_ERROR);
	if (!sameName(root.nodeName, ROOT)) return bad("Unknown method");
	const request = childrenOf(root, "Request")[0];
	const [order, ...others] = request ? [] : ORDERS.flatMap((name) => childrenOf(root, name));
	// A client that asks for two things at once would take the one answer for both.
	if (others.length > 0) return bad("Invalid request: expected one Hangup, Resume or Status");
	if (order) return readOrder(order.nodeName, readFields(order));
	const fields: RequestFields = {};
	for (const [name, text] of request ? readFields(request) : []) {
		const known = requestField(name);
		if (known) fields[known] = text;
	}
	return readCall(fields);
}

function readCall({ initiator = "", destination = "", anchorcall, wantid }: RequestFields): XmlRequest {
	const anchor = truthOf(anchorcall);
	const wantId = truthOf(wantid);
	if (!isXmlText(initiator) || !isXmlText(destination)) return bad(PARSE_ERROR);
	if (initiator === "" || destination === "") return bad("Missing initiator and/or destination tags");
	if (anchor === undefined) return bad("Invalid AnchorCall: expected true or false");
	if (wantId === undefined) return bad("Invalid WantId: expected true or false");
	return { kind: "click-to-call", initiator, destination, anchor, wantId };
}

function truthOf(text = ""): boolean | undefined {
	return TRUTH_VALUES.get(text.toLowerCase());
}

/** @returns undefined when the text is not well-formed XML. */
function parseRoot(text: string): Element | undefined {
	if (!isXmlText(text)) return undefined;
	try {
		return parser().parseFromString(text, "text/xml").documentElement ?? undefined;
	} catch {
		return undefined;
	}
}

/** The parser would go on after what it calls warnings and errors; each is a fault of the document. */
function stopParsing(level: string, message: string): never {
	throw new SyntaxError(`${level}: ${message}`);
}

/** The trimmed texts of the children, with their names in lower case. */
function readFields(parent: Element): Fields {
	return children(parent).map((child) => [child.nodeName.toLowerCase(), (child.textContent ?? "").trim()]);
}

function childrenOf(parent: Element, name: string): Element[] {
	return children(parent).filter((child) => sameName(child.nodeName, name));
}

function children(parent: Element): Element[] {
	const found: Element[] = [];
	for (let node = parent.firstChild; node; node = node.nextSibling) {
		if (node.nodeType === node.ELEMENT_NODE) found.push(node as Element);
	}
	return found;
}
