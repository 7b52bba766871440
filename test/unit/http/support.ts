import { createHash } from "node:crypto";
import type { CallPlacer, CallRequest, CallResult, Placed } from "../../../src/call/types.ts";
import { type AppOptions, createApp } from "../../../src/http/app.ts";
import type { WebApp } from "../../../src/web/web.ts";
import { MemoryLogger } from "../../support/memory-logger.ts";

export const PASSWORD = "open sesame";
export const CALL_PATH = "/clicktocall.html?initiator=alice&destination=bob";

/** Takes every request, or refuses all with `refusal`. */
export class FakePlacer implements CallPlacer {
	readonly requests: CallRequest[] = [];
	refusal: CallResult | undefined;

	place(request: CallRequest): Placed {
		this.requests.push(request);
		if (this.refusal) return { accepted: false, result: this.refusal };
		const { initiator, destination } = request;
		return {
			accepted: true,
			id: "1",
			initiator: `sip:${initiator}@example.com`,
			destination: `sip:${destination}@gw.example.com`,
			listen: () => {},
		};
	}
}

/** An application, and a way to ask it without a network. */
export function setUp(options: Partial<AppOptions> = {}) {
	const placer = new FakePlacer();
	const log = new MemoryLogger();
	const app: WebApp = createApp({ placer, log, ...options });
	const ask = async (path: string, init?: RequestInit): Promise<Response> =>
		app.request(path, init, { peer: "192.0.2.7" });
	return { placer, log, app, ask };
}

export interface Challenge {
	readonly algorithm: string;
	readonly parameters: ReadonlyMap<string, string>;
}

/** The challenges of a 401, in order. */
export function challenges(response: Response): Challenge[] {
	const header = response.headers.get("WWW-Authenticate") ?? "";
	return header
		.split(/,? ?Digest /)
		.slice(1)
		.map((text) => {
			const parameters = new Map(
				[...text.matchAll(/([\w-]+)="?([^",]*)"?/g)].map(([, name = "", value = ""]) => [name, value]),
			);
			return { algorithm: parameters.get("algorithm") ?? "", parameters };
		});
}

export interface DigestInput {
	readonly algorithm: string;
	readonly username: string;
	readonly password: string;
	readonly realm: string;
	readonly method: string;
	readonly uri: string;
	readonly nonce: string;
	readonly nc: string;
	readonly cnonce: string;
}

/** The response of RFC 7616 section 3.4.1 for qop=auth. */
export function digestResponse(input: DigestInput): string {
	const hash = (text: string) =>
		createHash(input.algorithm.replace("-", "").toLowerCase()).update(text).digest("hex");
	const a1 = hash(`${input.username}:${input.realm}:${input.password}`);
	const a2 = hash(`${input.method}:${input.uri}`);
	return hash(`${a1}:${input.nonce}:${input.nc}:${input.cnonce}:auth:${a2}`);
}

/** An Authorization header that answers a challenge; `changes` spoil it before, `raw` after signing. */
export function authorize(
	challenge: Challenge | undefined,
	changes: Partial<DigestInput> = {},
	raw: Readonly<Record<string, string | undefined>> = {},
): string {
	if (!challenge) throw new Error("there was no challenge");
	const input: DigestInput = {
		algorithm: challenge.algorithm,
		username: "admin",
		password: PASSWORD,
		realm: challenge.parameters.get("realm") ?? "",
		method: "GET",
		uri: CALL_PATH,
		nonce: challenge.parameters.get("nonce") ?? "",
		nc: "00000001",
		cnonce: "0a4f113b",
		...changes,
	};
	const { username, realm, nonce, uri, algorithm, nc, cnonce } = input;
	const quoted = { username, realm, nonce, uri, cnonce, opaque: challenge.parameters.get("opaque") };
	const tokens = { algorithm, nc, qop: "auth" };
	const fields: Record<string, string | undefined> = {
		...Object.fromEntries(Object.entries(quoted).map(([name, value]) => [name, `"${value}"`])),
		...tokens,
		response: `"${digestResponse(input)}"`,
		...raw,
	};
	const parts = Object.entries(fields).flatMap(([name, value]) =>
		value === undefined ? [] : [`${name}=${value}`],
	);
	return `Digest ${parts.join(", ")}`;
}
