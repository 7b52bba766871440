import { expect, test } from "bun:test";
import { Validator } from "@seriousme/openapi-schema-validator";
import { createApi } from "../../../src/api/api.ts";
import { setUp } from "./support.ts";

interface Document {
	readonly openapi: string;
	readonly paths: Readonly<
		Record<string, Readonly<Record<string, { responses: object; operationId: string }>>>
	>;
}

async function read(): Promise<Document> {
	return (await (await setUp().ask("/api/v1/openapi.json")).json()) as Document;
}

test("the document is one of OpenAPI 3.1", async () => {
	const document = await read();
	expect(document.openapi).toBe("3.1.0");
	const result = await new Validator().validate({ ...document });
	expect(result.errors ?? []).toEqual([]);
	expect(result.valid).toBe(true);
});

test("every route is in it, and nothing else", async () => {
	const { calls, live, clock, log } = setUp();
	const api = createApi({
		calls,
		live,
		clock,
		log,
		translate: () => ({ ok: false, code: "no-rule", reason: "" }),
	});
	const routes = api.routes
		.filter(({ method, path }) => method !== "ALL" && !path.endsWith("/openapi.json"))
		.map(({ method, path }) => `${method} ${path.replace(/:(\w+)/g, "{$1}")}`);
	const { paths } = await read();
	const documented = Object.entries(paths).flatMap(([path, operations]) =>
		Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
	);
	expect(documented.toSorted()).toEqual([...new Set(routes)].toSorted());
});

test("each operation answers with a status that it names", async () => {
	const { ask, post } = setUp();
	await post({ initiator: "201", destination: "301" });
	const { paths } = await read();
	for (const [path, operations] of Object.entries(paths)) {
		for (const [method, { responses, operationId }] of Object.entries(operations)) {
			const response = await ask(
				`${path.replace("{id}", "call1")}?address=1`.replace(/\?.*$/, (query) =>
					path.endsWith("translate") ? query : "",
				),
				{
					method: method.toUpperCase(),
					...(method === "post" && {
						headers: { "Content-Type": "application/json" },
						body: JSON.stringify({ initiator: "201", destination: "301" }),
					}),
				},
			);
			expect([operationId, Object.keys(responses)]).toEqual([
				operationId,
				expect.arrayContaining([String(response.status)]),
			]);
			await response.body?.cancel();
		}
	}
});
