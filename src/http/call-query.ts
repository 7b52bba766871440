import type { CallField, FieldFault } from "../words/texts.ts";

/** An invalid parameter, and what was expected. */
export interface ParameterProblem {
	readonly parameter: CallField;
	readonly fault: FieldFault;
	readonly problem: string;
	readonly expected: string;
}

export type CallQuery =
	| { readonly ok: true; readonly initiator: string; readonly destination: string; readonly anchor: boolean }
	| { readonly ok: false; readonly problems: readonly ParameterProblem[] };

type Field<Value> = { readonly value: Value } | { readonly problem: ParameterProblem };

const ADDRESS = "one telephone number, name or SIP address";
const ANCHOR = "true or false, once; without it, false";
const ANCHOR_VALUES: ReadonlyMap<string, boolean> = new Map([
	["true", true],
	["1", true],
	["false", false],
	["0", false],
]);

/** Reads `initiator`, `destination` and `anchor`; all problems come at once. */
export function readCallQuery(parameters: URLSearchParams): CallQuery {
	const initiator = readAddress(parameters, "initiator");
	const destination = readAddress(parameters, "destination");
	const anchor = readAnchor(parameters);
	if ("value" in initiator && "value" in destination && "value" in anchor) {
		return { ok: true, initiator: initiator.value, destination: destination.value, anchor: anchor.value };
	}
	const problems = [initiator, destination, anchor].flatMap((field) =>
		"problem" in field ? [field.problem] : [],
	);
	return { ok: false, problems };
}

function readAddress(parameters: URLSearchParams, parameter: "initiator" | "destination"): Field<string> {
	const [value, ...others] = parameters.getAll(parameter);
	const refuse = (fault: FieldFault, problem: string, expected = ADDRESS) => ({
		problem: { parameter, fault, problem, expected },
	});
	if (value === undefined) return refuse("missing", "is missing");
	if (others.length > 0) return refuse("repeated", "is given more than once");
	if (value.trim() === "") return refuse("empty", "is empty");
	if (value.includes("\uFFFD")) return refuse("encoding", "is not in UTF-8");
	// In a query a bare "+" is a space: "+4930…" would be dialled as "4930…", somebody else's number.
	if (value.startsWith(" "))
		return refuse("space", "begins with a space", `${ADDRESS}; write a plus sign as %2B`);
	return { value: value.trimEnd() };
}

function readAnchor(parameters: URLSearchParams): Field<boolean> {
	const parameter = "anchor" as const;
	const [value, ...others] = parameters.getAll(parameter);
	const refuse = (fault: FieldFault, problem: string) => ({
		problem: { parameter, fault, problem, expected: ANCHOR },
	});
	if (value === undefined) return { value: false };
	if (others.length > 0) return refuse("repeated", "is given more than once");
	const anchor = ANCHOR_VALUES.get(value.toLowerCase());
	return anchor === undefined ? refuse("choice", "is neither true nor false") : { value: anchor };
}
