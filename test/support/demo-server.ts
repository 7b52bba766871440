import { existsSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Subprocess } from "bun";
import { freePorts } from "./free-port.ts";
import { removeServerFolder } from "./server-folder.ts";
import { EXECUTABLE } from "./server-process.ts";

/** How long it may take to start or to stop, in milliseconds. */
const PATIENCE = 30_000;

/** The executable's demo, alone in an empty folder: the server and phones that answer by themselves. */
export class DemoServer {
	readonly folder: string;
	readonly httpPort: number;
	readonly xmlPort: number;
	/** For its other commands. */
	readonly settings: readonly string[];
	#process: Subprocess<"ignore", "pipe", "inherit">;

	private constructor(settings: readonly string[], folder: string, httpPort: number, xmlPort: number) {
		this.settings = settings;
		this.folder = folder;
		this.httpPort = httpPort;
		this.xmlPort = xmlPort;
		this.#process = this.#spawn();
	}

	/**
	 * Starts it and waits until it listens.
	 *
	 * @param options further settings, such as `--HttpAuth=1`.
	 */
	static async start(options: readonly string[] = []): Promise<DemoServer> {
		if (!existsSync(EXECUTABLE)) throw new Error(`${EXECUTABLE} is missing: sh scripts/build makes it`);
		const [sip, xml = 0, http = 0] = await freePorts(3);
		const folder = mkdtempSync(join(tmpdir(), "clicktocall-demo-"));
		const settings = [
			`--UDPTCPPort=${sip}`,
			`--XmlRpcPort=${xml}`,
			`--HttpPort=${http}`,
			"--TLSPort=0",
			"--HistoryFile=history.sqlite",
			...options,
		];
		const server = new DemoServer(settings, folder, http, xml);
		await server.#listening();
		return server;
	}

	/** Ends it at once, as a power failure would; `again` starts it with the same ports and the same files. */
	async crash(): Promise<void> {
		this.#process.kill("SIGKILL");
		await this.#process.exited;
	}

	/** Starts it again and waits until it listens. */
	async again(): Promise<void> {
		this.#process = this.#spawn();
		await this.#listening();
	}

	#spawn(): Subprocess<"ignore", "pipe", "inherit"> {
		return Bun.spawn([EXECUTABLE, "demo", ...this.settings], {
			cwd: this.folder,
			stdin: "ignore",
			stdout: "pipe",
			stderr: "inherit",
		});
	}

	/** The address of a page. */
	url(path: string): string {
		return `http://localhost:${this.httpPort}${path}`;
	}

	/** Places a call through the interface for programs. @returns its id. */
	async place(call: { initiator: string; destination: string; anchor: boolean }): Promise<string> {
		const response = await fetch(this.url("/api/v1/calls"), {
			method: "POST",
			headers: { "Content-Type": "application/json" },
			body: JSON.stringify(call),
		});
		if (response.status !== 201) throw new Error(`no call was placed: ${await response.text()}`);
		const { id } = (await response.json()) as { id: string };
		return id;
	}

	async stop(): Promise<void> {
		this.#process.kill("SIGTERM");
		const killer = setTimeout(() => this.#process.kill("SIGKILL"), PATIENCE);
		const exitCode = await this.#process.exited;
		clearTimeout(killer);
		removeServerFolder(this.folder);
		if (exitCode !== 0) throw new Error(`the demo ended with ${exitCode}`);
	}

	#listening(): Promise<void> {
		const { promise, resolve, reject } = Promise.withResolvers<void>();
		const killer = setTimeout(() => this.#process.kill("SIGKILL"), PATIENCE);
		const read = async (): Promise<void> => {
			let text = "";
			for await (const chunk of this.#process.stdout) {
				text += new TextDecoder().decode(chunk);
				if (!text.includes("Ctrl-C stops it")) continue;
				clearTimeout(killer);
				resolve();
			}
			reject(new Error(`the demo ended before it listened: ${text}`));
		};
		read().catch(reject);
		return promise;
	}
}
