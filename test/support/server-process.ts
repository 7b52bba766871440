import { existsSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Subprocess } from "bun";
import { freePorts } from "./free-port.ts";
import { removeServerFolder } from "./server-folder.ts";

/** The executable that the tests run, or a program in its place; `scripts/test` builds it. */
export const EXECUTABLE = resolve(
	import.meta.dir,
	"../..",
	process.env.CLICKTOCALL_TESTED ?? "dist/clicktocall",
);

/** Whether what waits for half a minute is left out; see `on-deno.ts`. */
export const BRIEFLY = process.env.CLICKTOCALL_TESTED_BRIEFLY !== undefined;

/** How long it may take to start or to stop, in milliseconds. */
const PATIENCE = 30_000;

/** How long it may take to print what is awaited, in milliseconds: more than a transaction's 32 s. */
const PATIENCE_FOR_WORDS = 60_000;

export interface ServerOptions {
	/** Settings beside the ports; the identity and a rule that takes SIP URIs are set by default. */
	readonly settings?: Readonly<Record<string, string | number>>;
	/** Lines for the end of the file, such as further rules. */
	readonly lines?: readonly string[];
	/** Puts files beside the configuration. */
	readonly files?: (folder: string) => void;
	/** Runs a command elsewhere, such as in a network namespace. */
	readonly inside?: (...command: string[]) => string[];
	/** Address at which the test reaches the server. */
	readonly host?: string;
}

/** What a command of the executable said. */
export interface CommandOutput {
	readonly exitCode: number;
	readonly stdout: string;
	readonly stderr: string;
}

/** The executable as a server of its own, alone in an empty folder. */
export class ServerProcess {
	readonly executable = EXECUTABLE;
	readonly host: string;
	readonly folder: string;
	readonly sipPort: number;
	readonly xmlPort: number;
	readonly httpPort: number;
	#process: Subprocess<"ignore", "pipe", "pipe">;
	readonly #inside: (...command: string[]) => string[];
	#output = "";
	#ended: Promise<number> = Promise.resolve(0);

	private constructor(options: ServerOptions, folder: string, ports: readonly number[]) {
		const [sip = 0, xml = 0, http = 0] = ports;
		this.host = options.host ?? "localhost";
		this.folder = folder;
		this.sipPort = sip;
		this.xmlPort = xml;
		this.httpPort = http;
		this.#inside = options.inside ?? ((...command) => command);
		this.#process = this.#spawn();
	}

	/** Starts the server and waits until it listens. */
	static async start(options: ServerOptions = {}): Promise<ServerProcess> {
		if (!existsSync(EXECUTABLE)) throw new Error(`${EXECUTABLE} is missing: sh scripts/build makes it`);
		const ports = await freePorts(3);
		const folder = mkdtempSync(join(tmpdir(), "clicktocall-"));
		const [sip, xml, http] = ports;
		const settings = {
			ClickToCallIdentity: "sip:click2call@example.com",
			UDPTCPPort: sip,
			XmlRpcPort: xml,
			HttpPort: http,
			TLSPort: 0,
			LogLevel: "STACK",
			Ringback: "off",
			// No call outlives its test.
			KeepCalls: 0,
			...options.settings,
		};
		const lines = [
			...Object.entries(settings).map(([name, value]) => `${name} = ${value}`),
			...(options.lines ?? []),
			"TranslationPattern = ^(sips?:.*)$",
			"TranslationOutput = $1",
			"",
		];
		writeFileSync(join(folder, "clicktocall.config"), lines.join("\n"));
		options.files?.(folder);
		const server = new ServerProcess(options, folder, ports);
		await server.#listening();
		return server;
	}

	/** All that the server has printed. */
	get output(): string {
		return this.#output;
	}

	/** Waits until the server has printed this; what it prints comes in batches. */
	async says(pattern: RegExp): Promise<void> {
		const until = Date.now() + PATIENCE_FOR_WORDS;
		while (!pattern.test(this.#output)) {
			if (Date.now() > until) throw new Error(`the server did not print ${pattern}:\n${this.#output}`);
			await Bun.sleep(20);
		}
	}

	/** Runs another command of the executable beside the server. */
	async run(...args: string[]): Promise<CommandOutput> {
		const process = Bun.spawn(this.#inside(EXECUTABLE, ...args), {
			cwd: this.folder,
			stdin: "ignore",
			stdout: "pipe",
			stderr: "pipe",
		});
		const [stdout, stderr, exitCode] = await Promise.all([
			new Response(process.stdout).text(),
			new Response(process.stderr).text(),
			process.exited,
		]);
		return { exitCode, stdout, stderr };
	}

	/** Sends it a signal. */
	signal(signal: NodeJS.Signals): void {
		this.#process.kill(signal);
	}

	/** Its exit code, once it has ended and all of its output is read. */
	get exited(): Promise<number> {
		return this.#ended;
	}

	/** Asks it to end and waits; throws when it does not, or not with exit code 0. */
	async stop(): Promise<void> {
		this.#process.kill("SIGTERM");
		const killer = setTimeout(() => this.#process.kill("SIGKILL"), PATIENCE);
		const exitCode = await this.#process.exited;
		clearTimeout(killer);
		removeServerFolder(this.folder);
		if (exitCode !== 0) throw new Error(`the server ended with ${exitCode}:\n${this.#output}`);
	}

	/** Ends it at once; its folder stays for `restart`. */
	async kill(): Promise<void> {
		this.#process.kill("SIGKILL");
		await this.#process.exited;
	}

	/** Starts it again after `kill`, with the same folder and ports. @returns milliseconds until it listened. */
	async restart(): Promise<number> {
		const start = performance.now();
		this.relaunch();
		await this.#listening();
		return performance.now() - start;
	}

	/** Starts it again after `kill`, without waiting until it listens. */
	relaunch(): void {
		this.#process = this.#spawn();
	}

	/** Ends it at once, as a power failure would; its folder stays, for `remains` to look at and remove. */
	async crash(remains: (folder: string) => Promise<void> | void): Promise<void> {
		this.#process.kill("SIGKILL");
		await this.#process.exited;
		try {
			await remains(this.folder);
		} finally {
			removeServerFolder(this.folder);
		}
	}

	#spawn(): Subprocess<"ignore", "pipe", "pipe"> {
		return Bun.spawn(this.#inside(EXECUTABLE), {
			cwd: this.folder,
			stdin: "ignore",
			stdout: "pipe",
			stderr: "pipe",
		});
	}

	async #listening(): Promise<void> {
		const since = this.#output.length;
		const { promise, resolve, reject } = Promise.withResolvers<void>();
		const decoder = new TextDecoder();
		const read = async (stream: ReadableStream<Uint8Array>): Promise<void> => {
			for await (const chunk of stream) {
				this.#output += decoder.decode(chunk, { stream: true });
				if (this.#output.includes("is listening", since)) resolve();
			}
		};
		const ended = Promise.all([read(this.#process.stdout), read(this.#process.stderr)]);
		this.#ended = ended.then(() => this.#process.exited);
		ended.then(() => reject(new Error(`the server did not start:\n${this.#output}`)), reject);
		const late = setTimeout(
			() => reject(new Error(`the server is not listening yet:\n${this.#output}`)),
			PATIENCE,
		);
		await promise.finally(() => clearTimeout(late));
	}
}
