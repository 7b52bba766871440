/** A request that asks for nothing we can do; `text` is what its 400 result says. */
export interface BadRequest {
	readonly kind: "bad";
	readonly text: string;
}

/** The text of the 400 result for a request that is not well-formed XML. */
export const PARSE_ERROR = "Parse error";

export function bad(text: string): BadRequest {
	return { kind: "bad", text };
}
