import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Subprocess } from "bun";
import { freePorts } from "./free-port.ts";

/** Debian's redis-server on a port of the loopback address, without a file unless it is told to keep one. */
export class RedisServer {
	readonly port: number;
	readonly #folder: string;
	readonly #options: readonly string[];
	#process: Subprocess;

	private constructor(port: number, folder: string, options: readonly string[]) {
		this.port = port;
		this.#folder = folder;
		this.#options = options;
		this.#process = this.#spawn();
	}

	/** @param options of the command line. */
	static async start(...options: string[]): Promise<RedisServer> {
		const [port = 0] = await freePorts(1);
		const server = new RedisServer(port, mkdtempSync(join(tmpdir(), "redis-")), options);
		await server.#listening();
		return server;
	}

	get url(): string {
		return `redis://127.0.0.1:${this.port}`;
	}

	/** Runs redis-cli. @returns what it printed. */
	async ask(...command: string[]): Promise<string> {
		const process = Bun.spawn(["redis-cli", "-p", String(this.port), ...command], {
			stdout: "pipe",
			stderr: "pipe",
		});
		return (await new Response(process.stdout).text()).trim();
	}

	signal(signal: NodeJS.Signals): void {
		this.#process.kill(signal);
	}

	async kill(): Promise<void> {
		this.#process.kill("SIGKILL");
		await this.#process.exited;
	}

	/** Starts it again after `kill`, empty. */
	async restart(): Promise<void> {
		this.#process = this.#spawn();
		await this.#listening();
	}

	async stop(): Promise<void> {
		await this.kill();
		rmSync(this.#folder, { recursive: true, force: true });
	}

	#spawn(): Subprocess {
		const fixed = ["--port", String(this.port), "--bind", "127.0.0.1", "--dir", this.#folder];
		return Bun.spawn(["redis-server", ...fixed, "--save", "", ...this.#options], {
			stdout: "ignore",
			stderr: "ignore",
		});
	}

	async #listening(): Promise<void> {
		const until = performance.now() + 10_000;
		while (performance.now() < until) {
			if (/PONG|NOAUTH/.test(await this.ask("ping"))) return;
			await Bun.sleep(30);
		}
		throw new Error("redis-server does not answer");
	}
}
