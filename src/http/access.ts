import type { MiddlewareHandler } from "hono";
import type { Logger } from "../log/logger.ts";
import { REALM } from "../password-hashes.ts";
import { systemClock } from "../time/system-clock.ts";
import type { WebContext, WebEnv } from "../web/web.ts";
import { BASIC_CHALLENGE, isRight, readBasic } from "./basic.ts";
import { DigestAuth } from "./digest.ts";
import { foreignBecause, type OwnSite, unwantedBecause } from "./fetch-metadata.ts";
import { GuessBrake, type Secret } from "./guess-brake.ts";
import { HostNames } from "./host-names.ts";
import { type Asker, People, Programs, type ProgramToken, type WebUser } from "./people.ts";

export interface AccessOptions {
	/** The password of the user admin (HttpAuthPwd); absent when HttpAuth is off. */
	readonly password?: string | undefined;
	/** Further users (HttpUser); they need the password of admin, too. */
	readonly users?: readonly WebUser[] | undefined;
	/** The tokens of programs (HttpApiToken). */
	readonly tokens?: readonly ProgramToken[] | undefined;
	/** Names that browsers may use without a password, in addition to those that nobody can register. */
	readonly hosts?: readonly string[] | undefined;
	/** What clients put before each path (HttpPrefix). */
	readonly prefix?: string | undefined;
	readonly log: Logger;
	/** Slows down guessing; by default one of its own. */
	readonly brake?: GuessBrake | undefined;
	/** Milliseconds of a clock that never steps, for the life of nonces. */
	readonly now?: (() => number) | undefined;
}

/** Why a request is refused; `sentence` is for its sender. */
export interface AccessRefusal {
	readonly status: 400 | 401 | 403 | 429;
	readonly sentence: string;
}

/** Answers a request that is refused; the challenges are already set. */
export type AnswerRefusal = (c: WebContext, refusal: AccessRefusal) => Response;

const PASSWORD: Secret = "user or password";
const READING_METHODS = new Set(["GET", "HEAD", "OPTIONS"]);

type Judgement = Partial<Asker> | AccessRefusal;

/**
 * Decides who may use the web interfaces: people with a password (Digest, over TLS also Basic), when HttpAuth is on;
 * programs with the same, or with a token. Users and programs that have phones see and do only what is theirs. Requests that change something are refused from the pages of other sites.
 */
export class Access {
	readonly #digest: DigestAuth | undefined;
	readonly #people: People | undefined;
	readonly #programs: Programs;
	readonly #hosts: HostNames;
	readonly #log: Logger;
	readonly #brake: GuessBrake;

	constructor({ password, users = [], tokens = [], hosts = [], prefix, log, brake, now }: AccessOptions) {
		this.#people = password === undefined ? undefined : new People(password, users);
		this.#digest = this.#people && new DigestAuth({ users: this.#people.hashes, prefix, now });
		this.#programs = new Programs(tokens);
		this.#hosts = new HostNames(hosts);
		this.#log = log;
		this.#brake = brake ?? new GuessBrake({ clock: systemClock, log });
	}

	/** Guards pages: what people open and send. */
	forPeople(refuse: AnswerRefusal): MiddlewareHandler<WebEnv> {
		return this.#guard((c) => this.#cross(c, foreignBecause) ?? this.#password(c), refuse);
	}

	/** Guards a page that places a call when it is opened, even from a link on another site if someone clicked it. */
	forLinks(refuse: AnswerRefusal): MiddlewareHandler<WebEnv> {
		return this.#guard((c) => this.#cross(c, unwantedBecause, true) ?? this.#password(c), refuse);
	}

	/** Guards what programs use. */
	forPrograms(refuse: AnswerRefusal): MiddlewareHandler<WebEnv> {
		return this.#guard((c) => this.#cross(c, foreignBecause) ?? this.#token(c), refuse);
	}

	/** Refuses those who may not do everything; comes after one of the other guards. */
	forAdministrators(refuse: AnswerRefusal): MiddlewareHandler<WebEnv> {
		return async (c, next) => {
			if (c.env.phones === undefined) return next();
			this.#log.warning(
				() => `request from ${c.env.user} at ${c.env.peer} refused: ${c.req.path} is for admin`,
			);
			return refuse(c, { status: 403, sentence: "This is for the user admin only." });
		};
	}

	#guard(judge: (c: WebContext) => Judgement, refuse: AnswerRefusal): MiddlewareHandler<WebEnv> {
		return async (c, next) => {
			const judgement = judge(c);
			if ("status" in judgement) return refuse(c, judgement);
			if (judgement.user !== undefined) c.env.user = judgement.user;
			if (judgement.phones !== undefined) c.env.phones = judgement.phones;
			return next();
		};
	}

	/** @param always true when reading changes something, too. */
	#cross(
		c: WebContext,
		because: (headers: Headers, site: OwnSite) => string | undefined,
		always = false,
	): AccessRefusal | undefined {
		if (!always && READING_METHODS.has(c.req.method)) return undefined;
		const reason = because(c.req.raw.headers, ownSite(c));
		return reason === undefined ? undefined : this.#forbid(c, reason);
	}

	#forbid(c: WebContext, reason: string): AccessRefusal {
		this.#log.warning(() => `request from ${c.env.peer} refused: it ${reason}`);
		return { status: 403, sentence: `This request ${reason}.` };
	}

	#password(c: WebContext): Judgement {
		if (!this.#digest || !this.#people) {
			// No browser shows the password of one name to a page of another, so with a password any name will do.
			const reason = this.#hosts.strangeBecause(c.req.raw.headers, c.env.host);
			return reason === undefined ? {} : this.#forbid(c, reason);
		}
		const authorization = c.req.header("Authorization");
		const { peer, secure = false } = c.env;
		// Over plain HTTP everyone on the way could read the password.
		const basic = secure ? readBasic(authorization) : undefined;
		if (this.#brake.wait(peer, PASSWORD) > 0 && (basic || this.#digest.mayBeGuess(authorization)))
			return this.#tooMany(c, PASSWORD);
		if (basic && isRight(basic, this.#people.hashes)) return this.#people.asker(basic.user);
		const verdict = this.#digest.verify(authorization, c.req.method, c.req.url);
		if (verdict.kind === "granted") return this.#people.asker(verdict.user);
		if (verdict.kind === "malformed")
			return { status: 400, sentence: `The Authorization header is invalid: ${verdict.reason}.` };
		if (verdict.wrong || basic) this.#brake.failed(peer, PASSWORD);
		for (const challenge of verdict.challenges) c.header("WWW-Authenticate", challenge, { append: true });
		if (secure) c.header("WWW-Authenticate", BASIC_CHALLENGE, { append: true });
		return { status: 401, sentence: "This requires a user, such as admin, and its password." };
	}

	/** RFC 6585 section 4. */
	#tooMany(c: WebContext, secret: Secret): AccessRefusal {
		const { peer } = c.env;
		this.#brake.refused(peer, secret);
		c.header("Retry-After", String(Math.ceil(this.#brake.wait(peer, secret) / 1000)));
		return {
			status: 429,
			sentence: `Too many requests with a wrong ${secret} came from ${peer}; wait a few seconds.`,
		};
	}

	#token(c: WebContext): Judgement {
		// Where no token is required, a token that is sent anyway is no reason to refuse.
		if (this.#programs.size === 0) return this.#password(c);
		const token = bearerToken(c.req.header("Authorization"));
		if (token === undefined) {
			if (this.#digest && c.req.header("Authorization") !== undefined) return this.#password(c);
			return this.#askForToken(c, "This requires a token, or a user, such as admin, and its password.");
		}
		const asker = this.#programs.asker(token);
		if (asker) return asker;
		// A correct token always gets in: no token is short enough to be guessed.
		if (this.#brake.wait(c.env.peer, "token") > 0) return this.#tooMany(c, "token");
		this.#brake.failed(c.env.peer, "token");
		return this.#askForToken(c, "The token is wrong.");
	}

	#askForToken(c: WebContext, sentence: string): AccessRefusal {
		if (this.#digest) this.#password(c);
		if (this.#programs.size > 0) c.header("WWW-Authenticate", `Bearer realm="${REALM}"`, { append: true });
		return { status: 401, sentence };
	}
}

/** By which host the client knows us. */
function ownSite(c: WebContext): OwnSite {
	const { host, proxied = false } = c.env;
	return { host: host ?? c.req.header("Host") ?? null, anyPort: proxied && host === undefined };
}

/** The token of RFC 6750 section 2.1; undefined when the header is of another scheme. */
function bearerToken(authorization: string | undefined): string | undefined {
	return /^\s*Bearer +(\S*)\s*$/i.exec(authorization ?? "")?.[1];
}
