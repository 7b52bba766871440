import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Subprocess } from "bun";
import { freePorts } from "./free-port.ts";
import type { RedisServer } from "./redis-server.ts";

/** How long it may take until the sentinel knows the replica, in milliseconds. */
const PATIENCE = 15_000;

/** Debian's Sentinel: watches a master named `calls` and makes a replica the master half a second after that is gone. */
export class RedisSentinel {
	readonly port: number;
	readonly #folder: string;
	readonly #process: Subprocess;

	private constructor(port: number, folder: string) {
		this.port = port;
		this.#folder = folder;
		const command = ["redis-server", join(folder, "sentinel.conf"), "--sentinel"];
		this.#process = Bun.spawn(command, { stdout: "ignore", stderr: "ignore" });
	}

	/** Starts it, and waits until it could do without the master. */
	static async start(master: RedisServer, replica: RedisServer): Promise<RedisSentinel> {
		const [port = 0] = await freePorts(1);
		const folder = mkdtempSync(join(tmpdir(), "sentinel-"));
		const lines = [
			`port ${port}`,
			"bind 127.0.0.1",
			`dir ${folder}`,
			`sentinel monitor calls 127.0.0.1 ${master.port} 1`,
			"sentinel down-after-milliseconds calls 500",
			"sentinel failover-timeout calls 3000",
		];
		writeFileSync(join(folder, "sentinel.conf"), `${lines.join("\n")}\n`);
		const sentinel = new RedisSentinel(port, folder);
		const until = performance.now() + PATIENCE;
		const isReady = async (): Promise<boolean> =>
			(await master.ask("info", "replication")).includes("state=online") &&
			(await sentinel.#replicas()).includes(String(replica.port));
		while (!(await isReady())) {
			if (performance.now() > until) throw new Error("the sentinel does not know the replica");
			await Bun.sleep(50);
		}
		return sentinel;
	}

	/** Where a box finds the master. */
	get url(): string {
		return `sentinel://127.0.0.1:${this.port}/calls`;
	}

	async stop(): Promise<void> {
		this.#process.kill("SIGKILL");
		await this.#process.exited;
		rmSync(this.#folder, { recursive: true, force: true });
	}

	async #replicas(): Promise<string> {
		const command = ["redis-cli", "-p", String(this.port), "sentinel", "replicas", "calls"];
		const asked = Bun.spawn(command, { stdout: "pipe", stderr: "ignore" });
		return await new Response(asked.stdout).text();
	}
}
