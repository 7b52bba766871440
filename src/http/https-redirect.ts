/**
 * Leads to the same by HTTPS, with the same method (RFC 9110 section 15.4.9).
 *
 * @param host that the client asked a trusted proxy for; that of the request without it.
 * @param port of HTTPS.
 */
export function redirectToHttps(
	request: Request,
	host: string | undefined,
	port: number | undefined,
): Response {
	const url = new URL(request.url);
	if (host !== undefined) url.host = host;
	url.protocol = "https:";
	url.port = String(port ?? "");
	return new Response("Use HTTPS\n", { status: 308, headers: { Location: url.href } });
}
