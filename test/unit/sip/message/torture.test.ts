import { describe, expect, test } from "bun:test";
import { readMessage } from "../../../../src/sip/message/reader.ts";
import { makeBrokenResponse, stampVia } from "../../../../src/sip/message/writer.ts";
import { BROKEN } from "./torture-broken.ts";
import { VALID } from "./torture-valid.ts";
import { bytesOf } from "./wire-text.ts";

describe("RFC 4475 messages that are valid are read", () => {
	for (const { name, text, method, status, user, toTag, vias, contacts, body } of VALID) {
		test(name, () => {
			const result = readMessage(bytesOf(text));
			if (result.kind === "broken") throw new Error(result.reason);
			const { message } = result;
			expect(result.kind).toBe(status === undefined ? "request" : "response");
			expect(message.method).toBe(method);
			expect(message.getHeaders("Via")).toHaveLength(vias);
			expect(message.getHeaders("Contact")).toHaveLength(contacts ?? 0);
			expect(message.toTag).toBe(toTag as string);
			expect(message.viaBranch).toBeTruthy();
			if (result.kind === "response") expect(result.message.statusCode).toBe(status as number);
			if (result.kind === "request" && user !== undefined) expect(result.message.ruri?.user).toBe(user);
			if (body !== undefined) expect(message.body).toBe(body);
			for (const uri of [message.from.uri, message.to.uri]) expect(() => uri.toString()).not.toThrow();
		});
	}
});

describe("RFC 4475 messages that are broken are refused with the status that fits, or dropped", () => {
	for (const { name, text, status, reason } of BROKEN) {
		test(name, () => {
			const result = readMessage(bytesOf(text));
			if (result.kind !== "broken") throw new Error(`read as a ${result.kind}`);
			expect(result.reason).toMatch(reason);
			expect(result.reply?.status).toBe(status as number);
			if (!result.reply) return;
			stampVia(result.reply, "192.0.2.77", 5062);
			const answer = makeBrokenResponse(result.reply, result.reply.status, result.reason);
			expect(answer).toStartWith(`SIP/2.0 ${status} `);
			expect(answer).toContain(";received=192.0.2.77");
			expect(answer).toEndWith("\r\nContent-Length: 0\r\n\r\n");
		});
	}
});
