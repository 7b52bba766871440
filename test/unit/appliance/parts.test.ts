import { beforeEach, expect, test } from "bun:test";
import { type Part, Parts } from "../../../src/appliance/parts.ts";
import { MemoryLogger } from "../../support/memory-logger.ts";

let log: MemoryLogger;
let parts: Parts;
/** What the parts were asked, in order. */
let asked: string[];

beforeEach(() => {
	log = new MemoryLogger();
	parts = new Parts(log);
	asked = [];
});

/** @param failing what it cannot do. */
function part(name: string, failing?: "start" | "reload" | "stop"): Part {
	const act = async (what: "start" | "reload" | "stop"): Promise<void> => {
		asked.push(`${what} ${name}`);
		await Promise.resolve();
		if (what === failing) throw new Error(`no ${name}`);
		asked.push(`${what} ${name} done`);
	};
	return { name, start: () => act("start"), reload: () => act("reload"), stop: () => act("stop") };
}

const SETTINGS = {
	translationRules: [],
	numberCleaning: true,
	defaultCountry: "",
	contacts: "",
	sipAccounts: [],
};

test("parts start in order and stop in reverse, one after the other", async () => {
	await parts.start(part("a"));
	await parts.start({ name: "neither opens nor closes anything" });
	await parts.start(part("b"));
	await parts.stop();
	expect(asked).toEqual([
		...["start a", "start a done", "start b", "start b done"],
		...["stop b", "stop b done", "stop a", "stop a done"],
	]);
});

test("a part that fails to start is not stopped, those before it are", async () => {
	await parts.start(part("a"));
	await expect(parts.start(part("b", "start"))).rejects.toThrow("no b");
	await parts.stop();
	expect(asked).toEqual(["start a", "start a done", "start b", "stop a", "stop a done"]);
});

test("a part that fails to stop keeps no other from it, and is logged", async () => {
	await parts.start(part("a"));
	await parts.start(part("b", "stop"));
	await parts.stop();
	expect(asked.slice(-2)).toEqual(["stop a", "stop a done"]);
	expect(log.lines).toEqual([expect.stringContaining("b could not be stopped: Error: no b")]);
});

test("parts are stopped once", async () => {
	await parts.start(part("a"));
	await Promise.all([parts.stop(), parts.stop()]);
	expect(asked.filter((what) => what === "stop a")).toHaveLength(1);
});

test("settings are taken over in order, up to a part that cannot use them", async () => {
	for (const each of [part("a"), part("b", "reload"), part("c")]) await parts.start(each);
	await expect(parts.reload(SETTINGS, SETTINGS)).rejects.toThrow("no b");
	await parts.stop();
	expect(asked.filter((what) => what.startsWith("reload"))).toEqual([
		"reload a",
		"reload a done",
		"reload b",
	]);
});

test("the places where parts listen are those of the parts that run", async () => {
	const xml = { name: "XML", protocol: "TCP", address: "::", port: 5090 };
	const sip = { name: "SIP", protocol: "UDP", address: "::", port: 5060 };
	await parts.start({ name: "SIP", listening: [sip] });
	await parts.start(part("silent"));
	await parts.start({ name: "XML", listening: [xml] });
	expect(parts.listening).toEqual([sip, xml]);
	await parts.stop();
	expect(parts.listening).toEqual([]);
});
