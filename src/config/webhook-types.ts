import { text, type ValueType } from "./value-type.ts";

/** Padding may be left out; the standard asks for 24 to 64 bytes, and older receivers have shorter ones. */
const ENCODED_KEY = /^whsec_[A-Za-z0-9+/]{16,}={0,2}$/;

/** Where events are posted to; a user and a password may stand in it. */
export const WEBHOOK_URL: ValueType<string> = {
	placeholder: "URL",
	expected: "an http or https URL such as https://crm.example.com/calls",
	parse: (value) => {
		const url = URL.parse(value);
		return url && /^https?:$/.test(url.protocol) && isDecodable(url) ? value : undefined;
	},
	format: (value) => value,
};

/** A secret of the Standard Webhooks scheme; empty = events are not signed. */
export const WEBHOOK_SECRET: ValueType<string> = {
	...text({ placeholder: "SECRET" }),
	expected: "any text, or whsec_ and base64 of at least 12 bytes",
	parse: (value) => (value.startsWith("whsec_") && !ENCODED_KEY.test(value) ? undefined : value),
};

function isDecodable({ username, password }: URL): boolean {
	try {
		decodeURIComponent(username + password);
		return true;
	} catch {
		return false;
	}
}
