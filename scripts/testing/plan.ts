/** Reads the command line of `scripts/test`: which checks and which test files a run consists of. */
import { statSync } from "node:fs";
import { join } from "node:path";

/** A group of test files, and how it is run. */
export interface TestGroup {
	/** For the summary. */
	readonly name: string;
	/** The test files, relative to the project. */
	readonly files: readonly string[];
	/** Each file in a process of its own: tests that start servers must not reach each other. */
	readonly oneByOne: boolean;
	/** Milliseconds that one test may take. */
	readonly testTimeout: number;
}

/** What one run of `scripts/test` does. */
export interface TestPlan {
	/** Biome and the type check. */
	readonly sources: boolean;
	/** The executables and the programs that end-to-end and interop tests need. */
	readonly executables: boolean;
	readonly groups: readonly TestGroup[];
	/** Whether the program runs on Deno, instead of as an executable. */
	readonly onDeno: boolean;
	/** Whether nothing is left out that would take too long for every run. */
	readonly fully: boolean;
}

/** Tests of several boxes. */
const OF_CLUSTER = /\/cluster[\w-]*\.test\.ts$/;

/** Tests of the executable itself, and those that run the program on Deno anyway. */
const NOT_ON_DENO = /\/(executable|install|systemd|deno|deno-\w+)\.test\.ts$/;

/** A command line that cannot be obeyed; the message names the argument. */
export class TestArgumentError extends Error {
	override readonly name = "TestArgumentError";
}

/** The times are bounds for a test that hangs; a busy machine must not reach them. */
const FOLDERS = {
	unit: { oneByOne: false, testTimeout: 60_000 },
	e2e: { oneByOne: true, testTimeout: 120_000 },
	interop: { oneByOne: true, testTimeout: 120_000 },
} as const;
type Folder = keyof typeof FOLDERS;
const FOLDER_NAMES = Object.keys(FOLDERS) as Folder[];

const TEST_FILES = new Bun.Glob("**/*.test.{ts,tsx}");

/**
 * Reads the arguments of `scripts/test`.
 *
 * @param args `--unit`, `--e2e`, `--interop`, `--deno`, `--cluster`, or test files and folders relative to the project; none
 * means everything
 * @param root the project's folder
 * @throws {TestArgumentError} for an unknown option, a path outside the test folders or without a test, or
 * options mixed with paths
 */
export function planTests(args: readonly string[], root: string): TestPlan {
	const onDeno = args.includes("--deno");
	if (onDeno)
		return planDeno(
			args.filter((arg) => arg !== "--deno"),
			root,
		);
	if (args.includes("--cluster")) {
		if (args.length > 1) throw new TestArgumentError("expected nothing else with --cluster");
		return planCluster(root);
	}
	const options = args.filter((arg) => arg.startsWith("-"));
	const paths = args.filter((arg) => !arg.startsWith("-"));
	for (const option of options) {
		if (!FOLDER_NAMES.some((name) => option === `--${name}`)) {
			throw new TestArgumentError(
				`unknown option "${option}", expected --unit, --e2e, --interop or --cluster`,
			);
		}
	}
	if (options.length > 0 && paths.length > 0) {
		throw new TestArgumentError(`expected options or files, not both: ${args.join(" ")}`);
	}
	const fileSets = paths.length > 0 ? filesOfPaths(paths, root) : filesOfFolders(options, root);
	return {
		sources: paths.length === 0,
		executables: fileSets.some(({ folder }) => folder !== "unit"),
		groups: fileSets.map(({ folder, files }) => ({ name: folder, files, ...FOLDERS[folder] })),
		onDeno: false,
		fully: false,
	};
}

function planCluster(root: string): TestPlan {
	const plan = planTests(["test/interop"], root);
	const groups = plan.groups.map((group) => ({
		...group,
		files: group.files.filter((file) => OF_CLUSTER.test(file)),
	}));
	return { ...plan, groups, fully: true };
}

function planDeno(paths: readonly string[], root: string): TestPlan {
	const plan = planTests(paths.length > 0 ? paths : ["test/e2e", "test/interop"], root);
	const groups = plan.groups
		.map((group) => ({
			...group,
			files: paths.length > 0 ? group.files : group.files.filter((file) => !NOT_ON_DENO.test(file)),
		}))
		.filter(({ files }) => files.length > 0);
	return { ...plan, groups, onDeno: true };
}

interface FileSet {
	readonly folder: Folder;
	readonly files: string[];
}

function filesOfFolders(options: readonly string[], root: string): FileSet[] {
	return FOLDER_NAMES.filter((name) => options.length === 0 || options.includes(`--${name}`)).map(
		(folder) => ({
			folder,
			files: testFilesIn(`test/${folder}`, root),
		}),
	);
}

function filesOfPaths(paths: readonly string[], root: string): FileSet[] {
	const found = paths.flatMap((path) => {
		const clean = path.replace(/^(?:\.\/)+/, "").replace(/\/+$/, "");
		const files = testFilesIn(clean, root);
		if (files.length === 0)
			throw new TestArgumentError(`"${path}": expected a test file, or a folder with one`);
		return files;
	});
	const files = [...new Set(found)].sort();
	for (const file of files) {
		if (!FOLDER_NAMES.some((name) => file.startsWith(`test/${name}/`))) {
			throw new TestArgumentError(`"${file}": expected a file in test/unit, test/e2e or test/interop`);
		}
	}
	return FOLDER_NAMES.map((folder) => ({
		folder,
		files: files.filter((file) => file.startsWith(`test/${folder}/`)),
	})).filter((set) => set.files.length > 0);
}

function testFilesIn(path: string, root: string): string[] {
	const status = statSync(join(root, path), { throwIfNoEntry: false });
	if (status === undefined) return [];
	if (!status.isDirectory()) return TEST_FILES.match(path) ? [path] : [];
	return [...TEST_FILES.scanSync({ cwd: join(root, path) })].map((file) => `${path}/${file}`).sort();
}
