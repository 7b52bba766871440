import type { DOMParser, Element } from "@xmldom/xmldom";
import { isXmlText, latin1Text } from "./characters.ts";
import type { RequestFrame } from "./framer.ts";
import { sameName } from "./nesting.ts";
import { readPlainRequest } from "./plain-request.ts";

/** A request for a call as it was typed. */
export interface ClickToCall {
	readonly kind: "click-to-call";
	readonly initiator: string;
	readonly destination: string;
	readonly anchor: boolean;
}

/** A request that asks for nothing we can do; `text` is what its 400 result says. */
export interface BadRequest {
	readonly kind: "bad";
	readonly text: string;
}

export type XmlRequest = ClickToCall | BadRequest;

/** The text of the 400 result for a request that is not well-formed XML. */
export const PARSE_ERROR = "Parse error";

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

let loadedParser: DOMParser | undefined;

/** Loaded for the first request: a server that waits need not hold its 5 MB. */
function parser(): DOMParser {
	if (loadedParser) return loadedParser;
	// Not `import()`: requests that come while it is awaited would have to be put in order.
	const xmldom: typeof import("@xmldom/xmldom") = require("@xmldom/xmldom");
	loadedParser = new xmldom.DOMParser({ locator: false, onError: stopParsing });
	return loadedParser;
}

const ANCHOR_VALUES: ReadonlyMap<string, boolean> = new Map([
	["", false],
	["true", true],
	["1", true],
	["false", false],
	["0", false],
]);

/** Reads a framed request. */
export function readRequest(frame: RequestFrame): XmlRequest {
	if (!frame.sound) return bad(PARSE_ERROR);
	const fields = readPlainRequest(latin1Text(frame.bytes));
	return fields ? readCall(fields) : readDocument(frame.bytes);
}

function readDocument(bytes: Uint8Array): XmlRequest {
	const root = parseRoot(bytes);
	if (!root) return bad(PARSE_ERROR);
	if (!sameName(root.nodeName, "ClickToCall")) return bad("Unknown method");
	return readCall(readFields(root));
}

function readCall(fields: ReadonlyMap<string, string>): XmlRequest {
	const initiator = fields.get("initiator") ?? "";
	const destination = fields.get("destination") ?? "";
	const anchor = ANCHOR_VALUES.get((fields.get("anchorcall") ?? "").toLowerCase());
	if (!isXmlText(initiator + destination)) return bad(PARSE_ERROR);
	if (initiator === "" || destination === "") return bad("Missing initiator and/or destination tags");
	if (anchor === undefined) return bad("Invalid AnchorCall: expected true or false");
	return { kind: "click-to-call", initiator, destination, anchor };
}

function bad(text: string): BadRequest {
	return { kind: "bad", text };
}

/** @returns undefined when the bytes are not well-formed XML in UTF-8. */
function parseRoot(bytes: Uint8Array): Element | undefined {
	try {
		const text = utf8.decode(bytes);
		if (!isXmlText(text)) return undefined;
		return parser().parseFromString(text, "text/xml").documentElement ?? undefined;
	} catch {
		return undefined;
	}
}

/** The parser would go on after what it calls warnings and errors; each is a fault of the document. */
function stopParsing(level: string, message: string): never {
	throw new SyntaxError(`${level}: ${message}`);
}

/** The trimmed texts of the children of `<Request>` by lower-case name; of two alike the last counts. */
function readFields(root: Element): ReadonlyMap<string, string> {
	const fields = new Map<string, string>();
	const request = children(root).find((child) => sameName(child.nodeName, "Request"));
	if (!request) return fields;
	for (const child of children(request)) {
		fields.set(child.nodeName.toLowerCase(), (child.textContent ?? "").trim());
	}
	return fields;
}

function children(parent: Element): Element[] {
	const found: Element[] = [];
	for (let node = parent.firstChild; node; node = node.nextSibling) {
		if (node.nodeType === node.ELEMENT_NODE) found.push(node as Element);
	}
	return found;
}
