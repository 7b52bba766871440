import { describe, expect, test } from "bun:test";
import { BindError } from "../../../src/net/bind-error.ts";
import { listenOnAll } from "../../../src/net/listen-on-all.ts";

const SETTINGS = { port: "XmlRpcPort", bind: "XmlRpcBind" };

interface Fake {
	readonly address: string;
	readonly port: number;
}

function fail(code: string): never {
	throw Object.assign(new Error("listen failed"), { code });
}

/** Listens in pretence; an address of `failures` fails with that code. */
function run(bind: readonly string[], port: number, failures: Record<string, string> = {}) {
	const closed: string[] = [];
	const open = (address: string, port: number): Fake => {
		const code = failures[address];
		return code === undefined ? { address, port: port || 4711 } : fail(code);
	};
	const start = () =>
		listenOnAll<Fake>({
			bind,
			port,
			settings: SETTINGS,
			open,
			portOf: (listener) => listener.port,
			close: (listener) => closed.push(listener.address),
		});
	return { start, closed };
}

function errorOf(start: () => unknown): BindError {
	try {
		start();
	} catch (error) {
		if (error instanceof BindError) return error;
		throw error;
	}
	throw new Error("nothing was thrown");
}

describe("listenOnAll", () => {
	test("listens on every address, dual stack, when none is named", () => {
		expect(run([], 5094).start()).toEqual([{ address: "::", port: 5094 }]);
	});

	test("falls back to IPv4 on a machine without IPv6", () => {
		expect(run([], 5094, { "::": "EAFNOSUPPORT" }).start()).toEqual([{ address: "0.0.0.0", port: 5094 }]);
	});

	test("does not hide a port in use behind the fall-back", () => {
		expect(errorOf(run([], 5094, { "::": "EADDRINUSE" }).start).code).toBe("EADDRINUSE");
	});

	test("opens :: only, when it stands among others, and no address twice", () => {
		expect(run(["127.0.0.1", "::", "0.0.0.0"], 1).start()).toEqual([{ address: "::", port: 1 }]);
		expect(run(["127.0.0.1", "127.0.0.1"], 1).start()).toHaveLength(1);
	});

	test("uses one free port on all addresses", () => {
		expect(run(["127.0.0.1", "::1"], 0).start()).toEqual([
			{ address: "127.0.0.1", port: 4711 },
			{ address: "::1", port: 4711 },
		]);
	});

	test("closes what it opened when a later address fails", () => {
		const { start, closed } = run(["127.0.0.1", "192.0.2.1"], 1, { "192.0.2.1": "EADDRNOTAVAIL" });
		expect(errorOf(start).address).toBe("192.0.2.1");
		expect(closed).toEqual(["127.0.0.1"]);
	});
});

describe("BindError", () => {
	test.each([
		["EADDRINUSE", "XmlRpcPort", "XmlRpcPort = 80: cannot listen on 127.0.0.1:80: the port is in use"],
		["EACCES", "XmlRpcPort", "XmlRpcPort = 80: cannot listen on 127.0.0.1:80: no permission"],
		["EADDRNOTAVAIL", "XmlRpcBind", "XmlRpcBind = 127.0.0.1: cannot listen on 127.0.0.1:80: not an address"],
		["EAFNOSUPPORT", "XmlRpcBind", "this machine does not support"],
		["EWEIRD", "XmlRpcBind", "listen failed"],
	])("for %s names %s and says why", (code, setting, message) => {
		const error = errorOf(run(["127.0.0.1"], 80, { "127.0.0.1": code }).start);
		expect(error.setting).toBe(setting);
		expect(error.message).toContain(message);
		expect(error.code).toBe(code);
	});
});
