import { requestHttp } from "#runtime";
import { AuthorizationError } from "../../net/auth-parameters.ts";
import { formatHostPort } from "../../net/host-port.ts";
import { readHashes } from "../../password-hashes.ts";
import { parseChallenge } from "../../sip/auth/challenge.ts";
import { DigestSession, isAnswerable } from "../../sip/auth/digest-session.ts";
import type { Clock } from "../../time/clock.ts";
import { abortIn } from "../../time/deadline.ts";
import { backgroundClock } from "../../time/system-clock.ts";
import { clean } from "../terminal.ts";
import type { Place } from "./place.ts";
import { RemoteError, reasonOf } from "./remote-error.ts";

/** The credentials in the local settings, for a server that asks for them. */
export interface Credentials {
	/** HttpApiToken; sent at once. */
	readonly token: string | undefined;
	/** HttpAuthPwd of the user admin, or its hashes; only hashes of it are sent. */
	readonly password: string | undefined;
}

/** How long a server may take for an answer, in milliseconds. */
const PATIENCE = 10_000;

const USER = "admin";

/** Asks a server's interface for programs. */
export class HttpClient {
	readonly #place: Place;
	readonly #credentials: Credentials;
	readonly #clock: Clock;
	#digest: DigestSession | undefined;

	constructor(place: Place, credentials: Credentials, clock: Clock = backgroundClock) {
		this.#place = place;
		this.#credentials = credentials;
		this.#clock = clock;
	}

	/** Reads a document of JSON. @param path with its query. @throws {RemoteError} */
	async get(path: string): Promise<unknown> {
		const response = await this.#ask("GET", path, "");
		if (response.ok) return await this.#read(response);
		throw new RemoteError(await this.#refusal(response));
	}

	/** Reads a text, whatever the status. @throws {RemoteError} */
	async text(path: string): Promise<string> {
		return await (await this.#ask("GET", path, "")).text();
	}

	/**
	 * Asks with any method.
	 *
	 * @param content is sent as JSON.
	 * @returns the status and the document of JSON, also of a refusal; @throws {RemoteError} for one that has none.
	 */
	async send(
		method: "GET" | "POST" | "DELETE",
		path: string,
		content?: object,
	): Promise<{ readonly status: number; readonly document: unknown }> {
		const response = await this.#ask(method, path, content ? JSON.stringify(content) : "");
		const { status, headers } = response;
		if (status !== 401 && /json/.test(headers.get("Content-Type") ?? ""))
			return { status, document: await this.#read(response) };
		throw new RemoteError(await this.#refusal(response));
	}

	async #ask(method: string, path: string, body: string): Promise<Response> {
		const { password } = this.#credentials;
		let response = await this.#request(method, path, body);
		// A nonce that is too old is challenged again.
		for (let tries = 0; response.status === 401 && password !== undefined && tries < 2; tries += 1) {
			this.#digest = digestFor(response.headers.get("WWW-Authenticate") ?? "", password);
			if (!this.#digest) break;
			await response.body?.cancel();
			response = await this.#request(method, path, body);
		}
		return response;
	}

	#authorization(method: string, requestUri: string): Record<string, string> {
		const { token } = this.#credentials;
		if (this.#digest) {
			const line = this.#digest.credentialsFor({ method, requestUri, body: "" });
			return { Authorization: line.slice(line.indexOf(":") + 1).trim() };
		}
		return token === undefined ? {} : { Authorization: `Bearer ${token}` };
	}

	async #request(method: string, path: string, body: string): Promise<Response> {
		const { host, port, text, web } = this.#place;
		const target = `${web?.prefix ?? ""}${path}`;
		try {
			return await requestHttp(`${web?.origin ?? `http://${formatHostPort(host, port)}`}${target}`, {
				method,
				headers: {
					...this.#authorization(method, target),
					Accept: "application/json",
					...(body !== "" && { "Content-Type": "application/json" }),
				},
				...(body !== "" && { body }),
				...(web && {
					tls: { rejectUnauthorized: !web.insecure, ...(web.ca !== undefined && { ca: web.ca }) },
				}),
				signal: abortIn(this.#clock, PATIENCE),
			});
		} catch (error) {
			throw new RemoteError(`no server answers at ${text}: ${reasonOf(error)}`);
		}
	}

	async #read(response: Response): Promise<unknown> {
		try {
			return await response.json();
		} catch (error) {
			throw new RemoteError(`${this.#place.text}: the answer is not JSON: ${reasonOf(error)}`);
		}
	}

	async #refusal(response: Response): Promise<string> {
		const { status } = response;
		const where = this.#place.text;
		if (status === 401) {
			return `${where} requires a token or a password: expected HttpApiToken or HttpAuthPwd of its configuration (--config FILE), or a token in CLICKTOCALL_TOKEN`;
		}
		const problem: unknown = await response.json().catch(() => undefined);
		const detail = problem && typeof problem === "object" && "detail" in problem ? `: ${problem.detail}` : "";
		if (detail === "" && status < 500) return `${where}: what answers there has no /api/v1 (${status})`;
		return clean(`${where}: ${status}${detail}`);
	}
}

/** Of the challenges of a header the first Digest that we can answer: servers put the best one first. */
function digestFor(header: string, password: string): DigestSession | undefined {
	for (const text of header.split(/,\s*(?=\w+ +\w+=)/)) {
		try {
			const challenge = parseChallenge(text, "server");
			if (challenge && isAnswerable(challenge))
				return new DigestSession(challenge, {
					user: USER,
					password,
					realm: "",
					hashes: readHashes(password),
				});
		} catch (error) {
			if (!(error instanceof AuthorizationError)) throw error;
		}
	}
	return undefined;
}
