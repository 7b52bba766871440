import { describe, expect, test } from "bun:test";
import { createHmac } from "node:crypto";
import { Envelope } from "../../../src/webhook/envelope.ts";
import { EventNotice } from "../../../src/webhook/notice.ts";
import { faultOf } from "../../../src/webhook/post.ts";
import { WebhookSigner } from "../../../src/webhook/signature.ts";
import { eventOf, NOW } from "./support.ts";

const NOTICE = new EventNotice(eventOf("c", 7), "5eed", ({ number }) => `{"number":${number}}`);

const { signal } = new AbortController();

function envelope(url: string, secret = "") {
	return new Envelope({ url, secret });
}

describe("the signature", () => {
	test("is the one of the Standard Webhooks scheme's own example", () => {
		// From the reference libraries' tests: github.com/standard-webhooks/standard-webhooks.
		const signer = new WebhookSigner("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
		expect(signer.sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, '{"test": 2432232314}')).toBe(
			"v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
		);
	});

	test("is made with the bytes of a secret that is a text", () => {
		const expected = createHmac("sha256", "naïve").update("id.1.{}").digest("base64");
		expect(new WebhookSigner("naïve").sign("id", 1, "{}")).toBe(`v1,${expected}`);
	});
});

describe("what is posted", () => {
	test("has the event's id, the time of the try, and the signature of both with the body", () => {
		const { url, headers, body } = envelope("https://a.example/x?y=1#z", "key").posting(
			NOTICE,
			NOW + 1999,
			signal,
		);
		const time = NOW / 1000 + 1;
		const expected = createHmac("sha256", "key").update(`evt_5eed_7.${time}.{"number":7}`).digest("base64");
		expect({ url, body }).toEqual({ url: "https://a.example/x?y=1", body: '{"number":7}' });
		expect(headers).toMatchObject({
			"Content-Type": "application/json",
			"Webhook-Id": "evt_5eed_7",
			"Webhook-Timestamp": String(time),
			"Webhook-Signature": `v1,${expected}`,
		});
	});

	test("is not signed without a secret", () => {
		const { headers } = envelope("http://a.example/").posting(NOTICE, NOW, signal);
		expect(Object.keys(headers)).not.toContain("Webhook-Signature");
		expect(Object.keys(headers)).not.toContain("Authorization");
	});

	test("has the URL's user and password as Basic credentials, and not in the URL", () => {
		const made = envelope("https://us%65r:p%40ss@a.example:8443/x/token");
		const { url, headers } = made.posting(NOTICE, NOW, signal);
		expect(url).toBe("https://a.example:8443/x/token");
		expect(headers).toMatchObject({ Authorization: `Basic ${btoa("user:p@ss")}` });
		expect(made.shown).toBe("https://a.example:8443");
	});
});

test("a fault is told by its code or kind, never by its text, in which the URL may stand", () => {
	expect(faultOf(Object.assign(new Error("https://user:pass@a"), { code: "ECONNRESET" }))).toBe("ECONNRESET");
	expect(faultOf(new TypeError("https://user:pass@a"))).toBe("TypeError");
	expect(faultOf("https://user:pass@a")).toBe("error");
});
