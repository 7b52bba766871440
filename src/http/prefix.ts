import type { MiddlewareHandler } from "hono";
import type { WebEnv } from "../web/web.ts";

/** A path of ours in an attribute. Text and values have no bare quotation marks: pages are escaped throughout. */
const IN_PAGES = / (href|src|action|formaction|data-live|data-from)="\/(?!\/)/g;
/** The same inside JSON, as live pages get it. */
const IN_EVENTS = / (href|src|action)=\\"\/(?!\/)/g;

/** Takes the prefix off a path, for proxies that leave it there. */
export function withoutPrefix(request: Request, prefix: string): Request {
	if (prefix === "") return request;
	const url = new URL(request.url);
	const path = pathWithout(prefix, request.url);
	if (url.pathname === path) return request;
	url.pathname = path;
	return new Request(url.href, request);
}

/** The path of a URL without the prefix. */
export function pathWithout(prefix: string, url: string): string {
	const { pathname } = new URL(url);
	const isBelow = prefix !== "" && (pathname === prefix || pathname.startsWith(`${prefix}/`));
	return isBelow ? pathname.slice(prefix.length) || "/" : pathname;
}

/** Puts HttpPrefix before every path of ours that clients get to see: in redirections, pages and their live parts. */
export function addPrefix(prefix: string): MiddlewareHandler<WebEnv> {
	return async (c, next) => {
		await next();
		const { headers } = c.res;
		const location = headers.get("Location");
		if (location?.startsWith("/") && !location.startsWith("//")) headers.set("Location", prefix + location);
		const type = headers.get("Content-Type") ?? "";
		if (type.startsWith("text/html")) {
			const page = await c.res.text();
			c.res = new Response(page.replace(IN_PAGES, ` $1="${prefix}/`), { status: c.res.status, headers });
		} else if (type.startsWith("text/event-stream") && !c.req.path.startsWith("/api/") && c.res.body) {
			c.res = new Response(c.res.body.pipeThrough(inEvents(prefix)), { status: c.res.status, headers });
		}
	};
}

/** Each piece of such a stream is a whole event. */
function inEvents(prefix: string): TransformStream<Uint8Array, Uint8Array> {
	return new TransformStream({
		transform: (event, controller) =>
			controller.enqueue(Buffer.from(Buffer.from(event).toString().replace(IN_EVENTS, ` $1=\\"${prefix}/`))),
	});
}
