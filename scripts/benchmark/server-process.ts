import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Subprocess } from "bun";
import { freePorts } from "../../test/support/free-port.ts";
import { removeServerFolder } from "../../test/support/server-folder.ts";

/** What is measured: processes that place calls. */
export interface MeasuredServer {
	readonly pids: readonly number[];
	stop(): Promise<void>;
}

/** How a server is started. */
export interface ServerStart {
	/** Program and arguments. */
	readonly command: readonly string[];
	/** Lines of the configuration in addition to the ports. */
	readonly settings: Readonly<Record<string, string | number>>;
	/** Whether there is a rule that takes SIP URIs as they are; true by default. */
	readonly rule?: boolean;
	/** Variables of the environment in addition to ours. */
	readonly environment?: Readonly<Record<string, string>>;
	/** The file for its standard error; ours by default. */
	readonly errorFile?: string;
}

const PATIENCE_MS = 10_000;
/** Everything that differs from the defaults: the caller, no limits, no tones, and a rule that accepts any SIP URI. */
export const LOAD_SETTINGS = { MaxCalls: 0, MaxCallsPerSecond: 0, Ringback: "off" };

/** Our server in a process of its own, in an empty folder. */
export class ServerProcess implements MeasuredServer {
	/** From the start of the process until it listened on all ports, in milliseconds. */
	readonly startMs: number;
	readonly sipPort: number;
	readonly xmlPort: number;
	readonly httpPort: number;
	/** What it has written to its standard output. */
	readonly output: Output;
	readonly #process: Subprocess<"ignore", "pipe">;
	readonly #folder: string;

	private constructor(
		process: Subprocess<"ignore", "pipe">,
		folder: string,
		ports: Pick<ServerProcess, "sipPort" | "xmlPort" | "httpPort">,
		output: Output,
		startMs: number,
	) {
		this.#process = process;
		this.#folder = folder;
		this.sipPort = ports.sipPort;
		this.xmlPort = ports.xmlPort;
		this.httpPort = ports.httpPort;
		this.output = output;
		this.startMs = startMs;
	}

	/** @throws {Error} when it does not listen within 10 s. */
	static async start(start: ServerStart): Promise<ServerProcess> {
		const { command, settings, rule = true, environment, errorFile } = start;
		const folder = mkdtempSync(join(tmpdir(), "clicktocall-bench-"));
		const [sipPort = 0, tlsPort = 0, xmlPort = 0, httpPort = 0] = await freePorts(4);
		const all = {
			ClickToCallIdentity: "sip:click2call@example.com",
			UDPTCPPort: sipPort,
			TLSPort: tlsPort,
			XmlRpcPort: xmlPort,
			HttpPort: httpPort,
			...settings,
			...(rule && { TranslationPattern: "^(sips?:.*)$", TranslationOutput: "$1" }),
		};
		const lines = Object.entries(all).map(([name, value]) => `${name} = ${value}\n`);
		writeFileSync(join(folder, "clicktocall.config"), lines.join(""));
		const startedAt = performance.now();
		const process = Bun.spawn([...command], {
			cwd: folder,
			stdin: "ignore",
			stdout: "pipe",
			stderr: errorFile === undefined ? "inherit" : Bun.file(errorFile),
			env: { ...Bun.env, ...environment },
		});
		const killer = setTimeout(() => process.kill("SIGKILL"), PATIENCE_MS);
		const output: Output = { octets: 0 };
		const startMs = (await listening(process.stdout, output)) - startedAt;
		clearTimeout(killer);
		return new ServerProcess(process, folder, { sipPort, xmlPort, httpPort }, output, startMs);
	}

	get pids(): readonly number[] {
		return [this.#process.pid];
	}

	async stop(): Promise<void> {
		await endProcess(this.#process);
		removeServerFolder(this.#folder);
	}
}

/** Asks a process to end, and ends it when it does not. */
export async function endProcess(process: Bun.Subprocess): Promise<void> {
	process.kill("SIGTERM");
	const killer = setTimeout(() => process.kill("SIGKILL"), PATIENCE_MS);
	await process.exited;
	clearTimeout(killer);
}

/** How much a process has written. */
export interface Output {
	octets: number;
}

/** When the server said that it listens; the rest of its output is read, counted and dropped. */
function listening(output: ReadableStream<Uint8Array>, count: Output): Promise<number> {
	const { promise, resolve, reject } = Promise.withResolvers<number>();
	const read = async (): Promise<void> => {
		const decoder = new TextDecoder();
		let text = "";
		let found = false;
		for await (const chunk of output) {
			count.octets += chunk.length;
			if (found) continue;
			text += decoder.decode(chunk, { stream: true });
			found = text.includes("is listening");
			if (found) resolve(performance.now());
		}
		reject(new Error(`the server ended before it listened: ${text}`));
	};
	read().catch(reject);
	return promise;
}
