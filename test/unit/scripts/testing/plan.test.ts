import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { planTests, TestArgumentError } from "../../../../scripts/testing/plan.ts";

let root: string;

beforeAll(() => {
	root = mkdtempSync(join(tmpdir(), "plan-"));
	for (const file of [
		"test/unit/b.test.ts",
		"test/unit/deep/a.test.tsx",
		"test/unit/helper.ts",
		"test/e2e/c.test.ts",
		"test/e2e/deno.test.ts",
		"test/interop/cluster-phones.test.ts",
		"test/interop/systemd.test.ts",
		"test/stray.test.ts",
	]) {
		mkdirSync(dirname(join(root, file)), { recursive: true });
		writeFileSync(join(root, file), "");
	}
});

afterAll(() => {
	rmSync(root, { recursive: true });
});

const filesOf = (...args: string[]) =>
	planTests(args, root).groups.map(({ name, files }) => [name, ...files]);

test("without arguments everything runs, in the order unit, e2e, interop", () => {
	expect(planTests([], root)).toMatchObject({ sources: true, executables: true });
	expect(filesOf()).toEqual([
		["unit", "test/unit/b.test.ts", "test/unit/deep/a.test.tsx"],
		["e2e", "test/e2e/c.test.ts", "test/e2e/deno.test.ts"],
		["interop", "test/interop/cluster-phones.test.ts", "test/interop/systemd.test.ts"],
	]);
});

test("an option leaves the other tests out, and unit tests need no executable", () => {
	expect(planTests(["--unit"], root)).toMatchObject({ sources: true, executables: false });
	expect(planTests(["--interop"], root)).toMatchObject({ sources: true, executables: true });
	expect(filesOf("--e2e", "--unit").map(([name]) => name)).toEqual(["unit", "e2e"]);
});

test("files and folders run alone, each file once", () => {
	expect(planTests(["test/unit"], root)).toMatchObject({ sources: false, executables: false });
	expect(planTests(["test/e2e"], root)).toMatchObject({ sources: false, executables: true });
	expect(filesOf("./test/unit/", "test/unit/b.test.ts")).toEqual([
		["unit", "test/unit/b.test.ts", "test/unit/deep/a.test.tsx"],
	]);
});

test("--cluster has the tests of several boxes leave nothing out", () => {
	expect(planTests(["--cluster"], root)).toMatchObject({ sources: false, executables: true, fully: true });
	expect(planTests([], root).fully).toBe(false);
	expect(filesOf("--cluster")).toEqual([["interop", "test/interop/cluster-phones.test.ts"]]);
	expect(() => planTests(["--cluster", "test/interop"], root)).toThrow(TestArgumentError);
});

test("--deno has end-to-end and interop tests run the program on Deno, or files", () => {
	expect(planTests(["--deno"], root)).toMatchObject({ sources: false, onDeno: true });
	expect(planTests([], root).onDeno).toBe(false);
	expect(filesOf("--deno")).toEqual([
		["e2e", "test/e2e/c.test.ts"],
		["interop", "test/interop/cluster-phones.test.ts"],
	]);
	expect(filesOf("--deno", "test/e2e/deno.test.ts")).toEqual([["e2e", "test/e2e/deno.test.ts"]]);
});

test("unit tests share a process, the others get one each", () => {
	expect(planTests([], root).groups.map(({ oneByOne }) => oneByOne)).toEqual([false, true, true]);
});

test.each([
	[["--fast"], 'unknown option "--fast", expected --unit, --e2e, --interop or --cluster'],
	[["--unit", "test/unit"], "expected options or files, not both: --unit test/unit"],
	[["test/unit/none.test.ts"], '"test/unit/none.test.ts": expected a test file, or a folder with one'],
	[["test/unit/helper.ts"], '"test/unit/helper.ts": expected a test file, or a folder with one'],
	[["test/stray.test.ts"], '"test/stray.test.ts": expected a file in test/unit, test/e2e or test/interop'],
])("%j is refused with the argument's name", (args, message) => {
	expect(() => planTests(args, root)).toThrow(new TestArgumentError(message));
});
