import { createRoute, z } from "@hono/zod-openapi";
import { ProblemError, problem } from "../web/problem.ts";
import {
	type ApiOptions,
	type ApiRoutes,
	CLOSED,
	createRoutes,
	jsonContent,
	problemContent,
} from "./context.ts";
import { TranslatedAddress } from "./schemas.ts";

const route = createRoute({
	method: "get",
	path: "/translate",
	operationId: "translate",
	summary: "What the translation rules make of an address; nobody is called",
	request: {
		query: z.strictObject({
			address: z.string().min(1, "expected an address").openapi({ example: "201" }),
		}),
	},
	responses: {
		200: jsonContent(TranslatedAddress, "The SIP URI that would be called."),
		400: problemContent("The query is invalid."),
		...CLOSED,
		422: problemContent("No rule matches the address, or the rule's result is not a SIP URI."),
	},
});

/** Trying an address. */
export function translateRoute({ translate }: ApiOptions): ApiRoutes {
	const routes = createRoutes();
	routes.openapi(route, (c) => {
		// The rules tell how the office's lines and gateways are set up.
		if (c.env.phones) throw new ProblemError(problem(403, "This is for the user admin only."));
		const { address } = c.req.valid("query");
		const translation = translate(address);
		const { cleaned = address } = translation;
		if (!translation.ok) {
			const seen = cleaned === address ? "" : `; the rules saw ${cleaned}`;
			throw new ProblemError(problem(422, `${translation.reason}${seen}`));
		}
		const { uri, rule } = translation;
		return c.json({ address, cleaned, uri, rule }, 200);
	});
	return routes;
}
