import { describe, expect, test } from "bun:test";
import { WEBHOOK_SECRET, WEBHOOK_URL } from "../../../src/config/webhook-types.ts";

describe("a webhook", () => {
	test("is an absolute http or https URL", () => {
		for (const url of [
			"http://a/",
			"https://user:p%40ss@a.example:8443/x?y=z",
			"HTTPS://A",
			"http://[::1]:80/",
		])
			expect(WEBHOOK_URL.parse(url)).toBe(url);
		for (const url of ["", "a.example/x", "//a/x", "ftp://a/", "http://", "file:///x", "https://%ff:x@a/"])
			expect(WEBHOOK_URL.parse(url)).toBeUndefined();
	});
});

describe("a webhook's secret", () => {
	test("is any text, or whsec_ and base64", () => {
		for (const secret of [
			"",
			"my secret",
			"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
			"whsec_AAAAAAAAAAAAAAAAAAAA==",
		])
			expect(WEBHOOK_SECRET.parse(secret)).toBe(secret);
	});

	test("that begins with whsec_ and goes on otherwise is a mistake", () => {
		for (const secret of [
			"whsec_",
			"whsec_short",
			"whsec_not base64 at all, is it",
			"whsec_AAAAAAAAAAAAAAAA===",
		])
			expect(WEBHOOK_SECRET.parse(secret)).toBeUndefined();
	});
});
