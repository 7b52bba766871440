/*
 * The part of `bun:test` that tests of pure code use, for Deno: `deno.json` in this folder puts it in that one's place.
 */
import { expect } from "expect";

type Body = () => unknown;
type Body1 = (...values: never[]) => unknown;

/** Tests that belong together, and what is done around each. */
interface Group {
	readonly name: string;
	readonly parent: Group | undefined;
	readonly beforeAll: Body[];
	readonly beforeEach: Body[];
	readonly afterEach: Body[];
	readonly afterAll: Body[];
	readonly parts: (Group | Test)[];
}

interface Test {
	readonly name: string;
	readonly body: Body;
}

/** How many tests did what. */
export interface Counts {
	passed: number;
	failed: number;
}

let group = newGroup("", undefined);
const root = group;

function newGroup(name: string, parent: Group | undefined): Group {
	return { name, parent, beforeAll: [], beforeEach: [], afterEach: [], afterAll: [], parts: [] };
}

/** Runs a declaration once for each row; a row that is a list gives the parameters. */
function each(declare: (name: string, body: Body) => void) {
	return (rows: readonly unknown[]) =>
		(name: string, body: Body1): void => {
			for (const row of rows) {
				const values = (Array.isArray(row) ? row : [row]) as never[];
				declare(`${name} (${values.map(String).join(", ")})`, () => body(...values));
			}
		};
}

function declareGroup(name: string, body: Body): void {
	const outer = group;
	group = newGroup(name, outer);
	outer.parts.push(group);
	body();
	group = outer;
}

function declareTest(name: string, body: Body): void {
	group.parts.push({ name, body });
}

const nothing = (): void => {};

export const describe = Object.assign(declareGroup, {
	each: each(declareGroup),
	if: (condition: boolean) => Object.assign(condition ? declareGroup : nothing, { each: each(declareGroup) }),
});
export const test = Object.assign(declareTest, {
	each: each(declareTest),
	if: (condition: boolean) => (condition ? declareTest : nothing),
});
export const beforeAll = (body: Body): void => void group.beforeAll.push(body);
export const beforeEach = (body: Body): void => void group.beforeEach.push(body);
export const afterEach = (body: Body): void => void group.afterEach.push(body);
export const afterAll = (body: Body): void => void group.afterAll.push(body);

expect.extend({
	toStartWith: (text: unknown, start: string) =>
		verdict(String(text).startsWith(start), text, `start with ${start}`),
	toEndWith: (text: unknown, end: string) => verdict(String(text).endsWith(end), text, `end with ${end}`),
	toBeWithin: (value: unknown, from: number, to: number) =>
		verdict(Number(value) >= from && Number(value) < to, value, `lie within ${from} and ${to}`),
	toInclude: (text: unknown, part: string) => verdict(String(text).includes(part), text, `include ${part}`),
	toBeTrue: (value: unknown) => verdict(value === true, value, "be true"),
	toBeFalse: (value: unknown) => verdict(value === false, value, "be false"),
	toBeNil: (value: unknown) => verdict(value === undefined || value === null, value, "be nothing"),
	toBeArray: (value: unknown) => verdict(Array.isArray(value), value, "be an array"),
	toBeInteger: (value: unknown) => verdict(Number.isInteger(value), value, "be an integer"),
	toBeEmpty: (value: { readonly length: number }) => verdict(value.length === 0, value, "be empty"),
	...Object.fromEntries(
		["Function", "String", "Number", "Boolean", "Object"].map((type) => [
			`toBe${type}`,
			(value: unknown) => verdict(typeof value === type.toLowerCase(), value, `be a ${type}`),
		]),
	),
});

export { expect };

function verdict(pass: boolean, value: unknown, what: string) {
	return { pass, message: () => `expected ${JSON.stringify(value)} to ${what}, or not to with .not` };
}

/** Runs what was declared, one after the other. */
export async function runAll(): Promise<Counts> {
	const counts: Counts = { passed: 0, failed: 0 };
	await runGroup(root, "", counts);
	return counts;
}

async function runGroup(current: Group, path: string, counts: Counts): Promise<void> {
	for (const body of current.beforeAll) await body();
	for (const part of current.parts) {
		const name = path === "" ? part.name : `${path} > ${part.name}`;
		if ("parts" in part) await runGroup(part, name, counts);
		else await runTest(current, part, name, counts);
	}
	for (const body of current.afterAll) await body();
}

async function runTest(current: Group, { body }: Test, name: string, counts: Counts): Promise<void> {
	const groups: Group[] = [];
	for (let at: Group | undefined = current; at; at = at.parent) groups.push(at);
	try {
		for (const { beforeEach } of [...groups].reverse()) for (const before of beforeEach) await before();
		await body();
		for (const { afterEach } of groups) for (const after of afterEach) await after();
		counts.passed += 1;
	} catch (error) {
		counts.failed += 1;
		console.error(`(fail) ${name}\n${error instanceof Error ? error.stack : String(error)}`);
	}
}
