import type { IncomingRequest } from "./request-reader.ts";
import { StreamedBody } from "./streamed-body.ts";

/** Methods that some page or operation may know; others would be read as GET by the runtime. */
const METHODS = new Set(["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"]);
const WITHOUT_BODY = new Set(["GET", "HEAD"]);

/** What came, for the pages; undefined for a method that none of them knows. */
export function toRequest({ head: { method, url, headers }, body }: IncomingRequest): Request | undefined {
	if (!METHODS.has(method)) return undefined;
	if (body instanceof StreamedBody)
		return new Request(url, { method, headers, body: body.stream, duplex: "half" });
	const withBody = !WITHOUT_BODY.has(method) && body.length > 0;
	return new Request(url, { method, headers, ...(withBody && { body }) });
}
