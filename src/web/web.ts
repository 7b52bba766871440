import type { Context, Hono } from "hono";

/** What the server reports about each request. */
export interface RequestBindings {
	/** Address of the client, without port. */
	readonly peer: string;
	/** The user or program, once its password or token has been checked. */
	user?: string;
}

/** What goes with each request through the routes. */
export interface WebEnv {
	Bindings: RequestBindings;
}

/** A web application; `app.fetch(request, { peer })` answers a request. */
export type WebApp = Hono<WebEnv>;

export type WebContext = Context<WebEnv>;
