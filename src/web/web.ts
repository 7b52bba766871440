import type { Context, Hono } from "hono";

/** What the server reports about each request. */
export interface RequestBindings {
	/** Address of the client, without port: of the one that a trusted proxy names, if it came through one. */
	readonly peer: string;
	/** Whether the client's request came over TLS, here or at a trusted proxy. */
	readonly secure?: boolean | undefined;
	/** The host, with a port if it is not the scheme's, that the client asked for; absent = that of the Host field. */
	readonly host?: string | undefined;
	/** Whether a trusted proxy passed the request on. */
	readonly proxied?: boolean | undefined;
	/** Whether the connection was open before the set-up was changed last: what comes by it does not show that a new one can be. */
	readonly isFromBefore?: (() => boolean) | undefined;
	/** What clients put before each path, such as `/ctc`; absent = nothing. */
	readonly prefix?: string | undefined;
	/** The user or program, once its password or token has been checked. */
	user?: string;
	/** The phones that the user or program may call from, whose calls are its own; absent when it may do everything. */
	phones?: readonly string[];
	/** Whether calls may be placed from an address; absent when they may be from any. */
	mayCallFrom?: (initiator: string) => boolean;
	/** The name that goes with an address. */
	nameOf?: (address: string) => string | undefined;
}

/** What goes with each request through the routes. */
export interface WebEnv {
	Bindings: RequestBindings;
}

/** A web application; `app.fetch(request, { peer })` answers a request. */
export type WebApp = Hono<WebEnv>;

export type WebContext = Context<WebEnv>;
