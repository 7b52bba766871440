import { describe, expect, test } from "bun:test";
import { placeOf } from "../../../../src/cli/remote/place.ts";
import { UsageError } from "../../../../src/cli/usage-error.ts";

const place = (server: string | undefined, port = 5094, bind: readonly string[] = []) =>
	placeOf({ server, setting: "XmlRpcPort", port, bind });

describe("where a server is asked", () => {
	test.each([
		[[], "localhost"],
		[["::"], "localhost"],
		[["0.0.0.0"], "127.0.0.1"],
		[["192.0.2.1", "192.0.2.2"], "192.0.2.1"],
		[["::1"], "::1"],
	])("is where the server of the settings listens: %p", (bind, host) => {
		expect(place(undefined, 5094, bind)).toMatchObject({ host, port: 5094 });
	});

	test.each([
		["pbx", "pbx", 5094],
		["pbx:80", "pbx", 80],
		["192.0.2.1:1", "192.0.2.1", 1],
		["[::1]", "::1", 5094],
		["[2001:db8::1]:65535", "2001:db8::1", 65_535],
	])("is what --server says: %s", (server, host, port) => {
		expect(place(server)).toMatchObject({ host, port });
	});

	test.each(["", ":80", "pbx:", "pbx:0", "pbx:65536", "::1", "a:b", "[]"])("is not %p", (server) => {
		expect(() => place(server)).toThrow(UsageError);
	});

	test("is nowhere when the interface is off, and says which setting names it", () => {
		expect(() => place(undefined, 0)).toThrow("XmlRpcPort is 0");
		expect(() => place("pbx", 0)).toThrow(UsageError);
		expect(place("pbx:5094", 0).port).toBe(5094);
		expect(place("[::1]").text).toBe("[::1]:5094 (XmlRpcPort)");
		expect(place("pbx:1").text).toBe("pbx:1");
	});
});

describe("a URL", () => {
	const at = (server: string, more: object = {}) =>
		placeOf({ server, setting: "XmlRpcPort", port: 5094, bind: [], ...more });

	test.each([
		["https://box", "box", 443, "https://box", ""],
		["https://box:5443/ctc/", "box", 5443, "https://box:5443", "/ctc"],
		["http://[::1]:5090", "::1", 5090, "http://[::1]:5090", ""],
	])("%s names the pages", (server, host, port, origin, prefix) => {
		expect(at(server)).toMatchObject({ host, port, web: { origin, prefix, insecure: false } });
	});

	test.each([
		["https://user@box", {}],
		["https://", {}],
		["http://box", { insecure: true }],
		["box", { caFile: "ca.pem" }],
		["https://box", { caFile: "/nowhere/ca.pem" }],
	])("%s %p is refused", (server, more) => {
		expect(() => at(server, more)).toThrow(UsageError);
	});
});
