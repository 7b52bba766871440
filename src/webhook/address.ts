/** Where a webhook posts to, without what must not be seen. */
export interface WebhookAddress {
	/** Without user and password. */
	readonly url: string;
	/** Value of Authorization, made of the user and the password that stood in the URL (RFC 7617). */
	readonly authorization?: string;
	/** Scheme and host, for the log: paths and queries may hold secrets as well. */
	readonly shown: string;
}

/** @param text an absolute URL. @throws {TypeError} when it is not one. */
export function webhookAddress(text: string): WebhookAddress {
	const url = new URL(text);
	const { username, password, origin } = url;
	url.username = "";
	url.password = "";
	url.hash = "";
	const address = { url: url.href, shown: origin };
	if (username === "" && password === "") return address;
	const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
	return { ...address, authorization: `Basic ${Buffer.from(credentials).toString("base64")}` };
}
