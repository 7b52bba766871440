import { SimulatedPhone } from "../../src/simulator/phone.ts";
import { RedisServer } from "./redis-server.ts";
import { ServerProcess } from "./server-process.ts";
import { XmlClient } from "./xml-client.ts";

/** How long anything may take that has to happen, in milliseconds. */
const PATIENCE = 15_000;

type Json = Readonly<Record<string, unknown>>;

/** Two boxes at one Redis, and phones that outlive them. */
export class ClusterScene {
	readonly redis: RedisServer;
	readonly boxes: readonly [ServerProcess, ServerProcess];
	readonly #phones: SimulatedPhone[] = [];

	private constructor(redis: RedisServer, boxes: readonly [ServerProcess, ServerProcess]) {
		this.redis = redis;
		this.boxes = boxes;
	}

	static async start(settings: Readonly<Record<string, string | number>> = {}): Promise<ClusterScene> {
		const redis = await RedisServer.start();
		const box = (number: number) =>
			ServerProcess.start({
				settings: {
					IPAddress: `127.0.0.${number + 1}`,
					NodeName: `box${number}`,
					ClusterUrl: redis.url,
					LogLevel: "INFO",
					KeepCalls: 1,
					MaxCallsPerSecond: 0,
					...settings,
				},
			});
		return new ClusterScene(redis, [await box(1), await box(2)]);
	}

	/** Has a box connect two new phones. */
	async connect(
		box: ServerProcess,
	): Promise<{ readonly id: string; readonly phones: readonly SimulatedPhone[] }> {
		const [one, other] = await this.phones(2);
		if (!one || !other) throw new Error("no phones");
		const phones = [one, other] as const;
		const client = await XmlClient.connect(box.xmlPort);
		const extra = "   <WantId>true</WantId>\n";
		const call = client.place({
			initiator: phones[0].uri("answer"),
			destination: phones[1].uri("answer"),
			anchor: true,
			extra,
		});
		const chain = await call.finished();
		client.stop();
		if (chain.at(-1) !== "200 Destination") throw new Error(`not connected: ${chain}`);
		const id = /<Id>(\w+)<\/Id>/.exec(call.results.map(({ raw }) => raw).join(""))?.[1];
		return { id: id ?? "", phones };
	}

	/** New phones. */
	async phones(count: number): Promise<readonly SimulatedPhone[]> {
		const open = () => SimulatedPhone.start({ address: "127.0.0.1", port: 0, protocol: "UDP" });
		const phones = await Promise.all(Array.from({ length: count }, open));
		this.#phones.push(...phones);
		return phones;
	}

	/** What the interface for programs of a box says. */
	async ask(box: ServerProcess, path: string, method = "GET"): Promise<Json> {
		const answer = await fetch(`http://localhost:${box.httpPort}/api/v1/${path}`, { method });
		const json: unknown = await answer.json();
		return { ...(typeof json === "object" && json) };
	}

	async calls(box: ServerProcess): Promise<readonly Json[]> {
		const { calls } = await this.ask(box, "calls");
		return Array.isArray(calls) ? calls : [];
	}

	/** Waits until something is so. */
	async until(what: string, isSo: () => Promise<boolean> | boolean): Promise<number> {
		const start = performance.now();
		while (!(await isSo())) {
			if (performance.now() - start > PATIENCE)
				throw new Error(`not so: ${what}\n${this.boxes.map(({ output }) => output).join("\n---\n")}`);
			await Bun.sleep(30);
		}
		return performance.now() - start;
	}

	async stop(): Promise<void> {
		for (const phone of this.#phones) await phone.stop();
		for (const box of this.boxes) await box.crash(() => {});
		await this.redis.stop();
	}
}
