import { expect, test } from "bun:test";
import { answersOf } from "../../../../../scripts/testing/card/box.ts";

const inShell = async (text: string): Promise<string> => {
	const { stdout, stderr } = Bun.spawnSync(["sh", "-c", text]);
	return `${stdout}${stderr}`;
};

test("each command's answer is its own, with what it says about an error", async () => {
	const answers = await answersOf(inShell, [
		"echo one; echo two",
		"true",
		"ls /nowhere/at/all",
		"printf three",
	]);
	expect(answers[0]).toBe("one\ntwo");
	expect(answers[1]).toBe("");
	expect(answers[2]).toContain("/nowhere/at/all");
	expect(answers[3]).toBe("three");
});

test("no answer is taken for one when the login ends before", async () => {
	expect(await answersOf(inShell, ["echo one", "exit", "echo three"])).toEqual(["one", "", undefined]);
	expect(await answersOf(async () => "Permission denied", ["echo one"])).toEqual([undefined]);
});
