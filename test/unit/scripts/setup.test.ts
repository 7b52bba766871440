/** The shell scripts, in a project of their own with stand-ins for bun and npm that say how they are called. */
import { afterEach, beforeEach, expect, test } from "bun:test";
import {
	chmodSync,
	cpSync,
	existsSync,
	mkdirSync,
	mkdtempSync,
	readFileSync,
	rmSync,
	statSync,
	utimesSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const SCRIPTS = join(import.meta.dir, "../../../scripts");
const TOOLS = ["basename", "dirname", "env", "find", "ln", "mkdir", "sed", "sh", "tail", "uname"];

const NOBODY = [Bun.which("setpriv") ?? "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];

const BUN = `#!/bin/sh
if [ "$1" = --version ]; then echo VERSION; exit; fi
if [ "$1" = install ]; then echo "$*" >>install-calls; mkdir -p node_modules; exit; fi
printf '%s\\n' "cwd=$(pwd)" "NODE_ENV=\${NODE_ENV-}" "$@"
`;
const NPM = `#!/bin/sh
folder=$3/node_modules/@oven/bun-test/bin
mkdir -p "$folder"
sed s/VERSION/9.8.7/ "$BUN_TEMPLATE" >"$folder/bun"
chmod +x "$folder/bun"
`;

let base: string;
let root: string;
let tools: string;

beforeEach(() => {
	base = mkdtempSync(join(tmpdir(), "setup-"));
	root = join(base, "a project");
	tools = join(base, "tools");
	mkdirSync(join(root, "scripts"), { recursive: true });
	mkdirSync(tools);
	for (const file of ["setup.sh", "start"]) cpSync(join(SCRIPTS, file), join(root, "scripts", file));
	writeFileSync(join(root, "package.json"), '{\n\t"packageManager": "bun@9.8.7"\n}\n');
	writeFileSync(join(root, "bun.lock"), "");
	for (const name of [...TOOLS, "chmod"]) {
		writeFileSync(join(tools, name), `#!/bin/sh\nexec ${Bun.which(name)} "$@"\n`, { mode: 0o755 });
	}
	writeFileSync(join(base, "bun-template"), BUN);
});

afterEach(() => {
	rmSync(base, { recursive: true });
});

function tool(name: string, text: string): void {
	writeFileSync(join(tools, name), text, { mode: 0o755 });
}

function start(...args: string[]) {
	const elsewhere = join(base, "elsewhere");
	mkdirSync(elsewhere, { recursive: true });
	const command = [Bun.which("sh") ?? "sh", join(root, "scripts/start"), ...args];
	// Nothing is closed to root.
	const mayNotWrite = (statSync(root).mode & 0o200) === 0;
	const nobody = mayNotWrite && process.getuid?.() === 0 ? [...NOBODY] : [];
	const child = Bun.spawnSync([...nobody, ...command], {
		cwd: elsewhere,
		env: { PATH: tools, BUN_TEMPLATE: join(base, "bun-template") },
	});
	const lines = child.stdout.toString().split("\n").slice(0, -1);
	return { exitCode: child.exitCode, stderr: child.stderr.toString(), lines, elsewhere };
}

/** What follows the program's source file on the command line that `start` ran. */
function programArguments(lines: readonly string[]): string[] {
	return lines.slice(lines.indexOf(join(root, "src/main.ts")) + 1);
}

test("a bun of the pinned version on PATH is used, npm is not", () => {
	tool("bun", BUN.replace("VERSION", "9.8.7"));
	expect(start().exitCode).toBe(0);
	expect(existsSync(join(root, ".bun/npm"))).toBe(false);
});

test.each(["1.0.0", "9.8.70", ""])(
	"with bun %p on PATH, npm installs the pinned version, once",
	(version) => {
		if (version !== "") tool("bun", BUN.replace("VERSION", version));
		tool("npm", NPM);
		expect(start()).toMatchObject({
			exitCode: 0,
			stderr: `Installing Bun 9.8.7 into ${root}/.bun\nInstalling the dependencies\n`,
		});
		tool("npm", "#!/bin/sh\nexit 1\n");
		expect(start()).toMatchObject({ exitCode: 0, stderr: "" });
	},
);

test("who may not write the project runs it when everything is there", () => {
	tool("npm", NPM);
	expect(start().exitCode).toBe(0);
	rmSync(join(root, ".bun/bin"), { recursive: true });
	tool("npm", "#!/bin/sh\nexit 1\n");
	const folders = [root, ".bun", "node_modules", "scripts"].map((name) =>
		join(root, name === root ? "" : name),
	);
	chmodSync(base, 0o755);
	for (const folder of folders) chmodSync(folder, 0o555);
	try {
		expect(start("check")).toMatchObject({ exitCode: 0, stderr: "" });
	} finally {
		for (const folder of folders) chmodSync(folder, 0o755);
	}
});

test("neither bun nor npm: one line says what is needed", () => {
	expect(start()).toMatchObject({
		exitCode: 1,
		stderr: "start: needs Bun 9.8.7 or npm to install it, but found neither on PATH\n",
		lines: [],
	});
});

test("npm fails: the message names the log that holds its output", () => {
	tool("npm", "#!/bin/sh\necho no route >&2\nexit 1\n");
	const { exitCode, stderr } = start();
	expect(exitCode).toBe(1);
	expect(stderr).toEndWith(
		`start: npm could not install bun@9.8.7 (network down?), its output is in ${root}/.bun/npm.log\n`,
	);
	expect(readFileSync(join(root, ".bun/npm.log"), "utf8")).toBe("no route\n");
});

test("dependencies are installed frozen, once, and again when bun.lock changed", () => {
	tool("bun", BUN.replace("VERSION", "9.8.7"));
	start();
	start();
	const calls = () => readFileSync(join(root, "install-calls"), "utf8");
	expect(calls()).toBe("install --frozen-lockfile\n");
	const later = new Date(Date.now() + 10_000);
	utimesSync(join(root, "bun.lock"), later, later);
	start();
	expect(calls()).toBe("install --frozen-lockfile\ninstall --frozen-lockfile\n");
});

test("dependencies that cannot be installed: one line, and they are tried again next time", () => {
	tool(
		"bun",
		BUN.replace("VERSION", "9.8.7").replace("mkdir -p node_modules;", "mkdir -p node_modules; exit 1;"),
	);
	for (const _attempt of [1, 2]) {
		const { exitCode, stderr } = start();
		expect(exitCode).toBe(1);
		expect(stderr).toContain("start: could not install the dependencies (network down?), the output is in ");
	}
});

test("start runs in the caller's folder, out of reach of its bunfig.toml and .env", () => {
	tool("bun", BUN.replace("VERSION", "9.8.7"));
	const { lines, elsewhere } = start();
	expect(lines).toEqual([
		`cwd=${elsewhere}`,
		"NODE_ENV=production",
		"--config=/dev/null",
		"--no-env-file",
		"--no-install",
		"--preload",
		join(root, "scripts/wasm-plugin.preload.ts"),
		join(root, "src/main.ts"),
		"demo",
	]);
});

test("start without clicktocall.config is the demo, unless a command or a config file is named", () => {
	tool("bun", BUN.replace("VERSION", "9.8.7"));
	const given = (...args: string[]) => programArguments(start(...args).lines);
	expect(given()).toEqual(["demo"]);
	expect(given("-l", "STACK and more")).toEqual(["demo", "-l", "STACK and more"]);
	expect(given("--config", "a b")).toEqual(["--config", "a b"]);
	expect(given("--help")).toEqual(["--help"]);
	expect(given("check", "x")).toEqual(["check", "x"]);
});

test("start with clicktocall.config in the caller's folder runs the server", () => {
	tool("bun", BUN.replace("VERSION", "9.8.7"));
	mkdirSync(join(base, "elsewhere"));
	writeFileSync(join(base, "elsewhere/clicktocall.config"), "");
	const given = (...args: string[]) => programArguments(start(...args).lines);
	expect(given()).toEqual([]);
	expect(given("-l", "DEBUG")).toEqual(["-l", "DEBUG"]);
});
