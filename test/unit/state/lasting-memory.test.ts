import { describe, expect, test } from "bun:test";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { HERE, lastingMemoryFor, type Surroundings } from "../../../src/state/lasting-memory.ts";

const PATH = join(tmpdir(), "calls.state");
const MACHINE: Surroundings = {
	environment: {},
	user: 0,
	processes: () => "pid:[4026531836]",
	isInMemory: () => true,
};
const SERVICE = { INVOCATION_ID: "8f3d", RUNTIME_DIRECTORY: "/run/clicktocall:/run/other" };
const chosen = (differing: Partial<Surroundings>): string =>
	lastingMemoryFor(PATH, { ...MACHINE, ...differing })?.replace(/[0-9a-f]{16}$/, "…") ?? "none";

describe("memory that outlives the process", () => {
	test.each<[string, Partial<Surroundings>, string]>([
		["a program of the system", {}, "/dev/shm/clicktocall-…"],
		["a person's, which is removed at the end of the session", { user: 1000 }, "none"],
		["a service", { environment: SERVICE, user: 998 }, "/run/clicktocall/clicktocall-…"],
		[
			"a service in a container",
			{ environment: SERVICE, processes: () => "pid:[4026532]" },
			"/run/clicktocall/clicktocall-…",
		],
		["a service whose folder is removed", { environment: { INVOCATION_ID: "8f3d" } }, "none"],
		["a container, which may end with the process", { processes: () => "pid:[4026532]" }, "none"],
		["a folder on a disk", { isInMemory: () => false }, "none"],
		[
			"no such folder",
			{
				isInMemory: () => {
					throw new Error("ENOENT");
				},
			},
			"none",
		],
	])("%s", (_, differing, expected) => {
		expect(chosen(differing)).toBe(expected);
	});

	test("each file has its own, by whatever name its folder is called", () => {
		const one = lastingMemoryFor(PATH, MACHINE);
		expect(lastingMemoryFor(join(tmpdir(), "..", tmpdir(), "calls.state"), MACHINE)).toBe(one);
		expect(lastingMemoryFor(`${PATH}2`, MACHINE)).not.toBe(one);
	});

	test("none belongs to a file in a folder that is not there", () => {
		expect(lastingMemoryFor("/nowhere/calls.state", MACHINE)).toBeUndefined();
	});

	test("what is asked of this system has an answer", () => {
		expect(HERE.processes()).toMatch(/^pid:\[\d+\]$/);
		expect(HERE.isInMemory("/proc")).toBe(false);
	});
});
