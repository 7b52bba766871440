import { z } from "zod";
import { setUp } from "./support.ts";

interface Content {
	readonly schema: object;
}

/** What an operation says of itself. */
export interface Operation {
	readonly operationId: string;
	readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, Content>> }>>;
}

/** The document of the interface, as far as the tests look into it. */
export interface ApiDocument {
	readonly openapi: string;
	readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
	readonly components: { readonly schemas: Readonly<Record<string, object>> };
}

/** The document as it is served. */
export async function readDocument(): Promise<ApiDocument> {
	return (await (await setUp().ask("/api/v1/openapi.json")).json()) as ApiDocument;
}

/** Judges what the interface says by its document, which has to name every field. */
export class DocumentJudge {
	readonly operations: ReadonlyMap<string, Operation>;
	readonly #schemas: object;

	constructor(document: ApiDocument) {
		const operations = Object.values(document.paths).flatMap((path) => Object.values(path));
		this.operations = new Map(operations.map((operation) => [operation.operationId, operation]));
		this.#schemas = local(document.components.schemas);
	}

	/** @throws {Error} what is not as the document says. */
	async judge(operationId: string, response: Response): Promise<void> {
		const documented = this.operations.get(operationId)?.responses[String(response.status)];
		if (!documented) throw new Error(`${operationId} does not name ${response.status}`);
		const type = response.headers.get("Content-Type")?.split(";")[0];
		const content = documented.content?.[type ?? "nothing"];
		if (type === undefined && documented.content === undefined) return;
		if (!content) throw new Error(`${operationId} ${response.status} does not name the type ${type}`);
		if (type?.endsWith("json")) this.#read(content.schema).parse(await response.json());
		else await response.body?.cancel();
	}

	/** @throws {Error} when the value is none of that schema. */
	fits(name: string, value: unknown): void {
		this.#read({ $ref: `#/components/schemas/${name}` }).parse(value);
	}

	#read(schema: object): z.ZodType {
		return z.fromJSONSchema({ ...local(schema), $defs: this.#schemas } as Parameters<
			typeof z.fromJSONSchema
		>[0]);
	}
}

/** The same for a reader of JSON Schema: references within it, and objects that take no other fields. */
function local(schemas: object): object {
	const text = JSON.stringify(schemas, (_name, value) =>
		value?.type === "object" && value.properties ? { additionalProperties: false, ...value } : value,
	);
	return JSON.parse(text.replaceAll("#/components/schemas/", "#/$defs/"));
}
