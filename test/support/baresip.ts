import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Subprocess } from "bun";

/** An event that baresip's ctrl_tcp module reports. */
export interface BaresipEvent {
	readonly type: string;
	readonly class?: string;
	readonly param?: string;
	readonly peeruri?: string;
}

export interface BaresipOptions {
	/** Address it listens on, and the port (the next one is taken, too). */
	readonly address: string;
	readonly port: number;
	/** Port of its control connection. */
	readonly control: number;
	/** Runs a command in the phone's network. */
	readonly inside: (...command: string[]) => string[];
	/** First of 100 RTP ports. */
	readonly rtp: number;
	/** Certificate and key as PEM, for its TLS port. */
	readonly identity?: { readonly certificate: string; readonly key: string };
	/** Where it registers, if anywhere. */
	readonly registrar?: {
		/** Its address of record. */
		readonly aor: string;
		/** URI of the proxy that everything goes through. */
		readonly proxy: string;
		readonly user: string;
		readonly password: string;
	};
}

/** A real phone: baresip without a screen, told what to do over its control connection. */
export class Baresip {
	readonly events: BaresipEvent[] = [];
	readonly uri: string;
	readonly #folder: string;
	readonly #process: Subprocess;
	readonly #waiting: {
		readonly match: (event: BaresipEvent) => boolean;
		readonly found: (event: BaresipEvent) => void;
	}[] = [];
	#socket: Bun.Socket | undefined;
	#pending = Buffer.alloc(0);

	private constructor(uri: string, folder: string, process: Subprocess) {
		this.uri = uri;
		this.#folder = folder;
		this.#process = process;
	}

	static async start(options: BaresipOptions): Promise<Baresip> {
		const { address, port, control, rtp, registrar, identity } = options;
		const folder = mkdtempSync(join(tmpdir(), "baresip-"));
		const uri = registrar?.aor ?? `sip:phone@${address}:${port}`;
		writeFileSync(
			join(folder, "config"),
			[
				`sip_listen ${address}:${port}`,
				"module_path /usr/lib/baresip/modules",
				...["g711", "ausine", "aubridge"].map((name) => `module ${name}.so`),
				...["account", "menu", "ctrl_tcp"].map((name) => `module_app ${name}.so`),
				`ctrl_tcp_listen ${address}:${control}`,
				"audio_player aubridge,nil",
				"audio_source ausine,440",
				"audio_alert aubridge,nil",
				// The tone generator knows this format alone; the phone converts it.
				"ausrc_srate 48000",
				"ausrc_channels 2",
				`rtp_ports ${rtp}-${rtp + 100}`,
				...(identity ? [`sip_certificate ${join(folder, "identity.pem")}`] : []),
				"",
			].join("\n"),
		);
		if (identity) writeFileSync(join(folder, "identity.pem"), identity.certificate + identity.key);
		const registration = registrar
			? `;outbound="${registrar.proxy}";auth_user=${registrar.user};auth_pass=${registrar.password};regint=60`
			: ";regint=0";
		writeFileSync(join(folder, "accounts"), `<${uri}>${registration};answermode=manual\n`);
		writeFileSync(join(folder, "contacts"), "");
		const process = Bun.spawn(options.inside("baresip", "-f", folder), {
			stdout: "ignore",
			stderr: "ignore",
		});
		const phone = new Baresip(uri, folder, process);
		await phone.#connect(address, control);
		return phone;
	}

	/** Tells the phone to do something: `accept`, `hangup`, `hold`, `resume`, `callstat`, … */
	command(command: string, params = ""): void {
		const text = JSON.stringify({ command, params });
		this.#socket?.write(`${Buffer.byteLength(text)}:${text},`);
	}

	/** Waits for an event, one that came before included. */
	event(type: string): Promise<BaresipEvent> {
		const { promise, resolve } = Promise.withResolvers<BaresipEvent>();
		const match = (event: BaresipEvent): boolean => event.type === type;
		const known = this.events.find(match);
		if (known) resolve(known);
		else this.#waiting.push({ match, found: resolve });
		return promise;
	}

	/** Forgets the events so far. */
	clear(): void {
		this.events.length = 0;
	}

	async stop(): Promise<void> {
		this.#socket?.end();
		this.#process.kill();
		await this.#process.exited;
		rmSync(this.#folder, { recursive: true, force: true });
	}

	async #connect(hostname: string, port: number): Promise<void> {
		for (let tries = 100; ; tries -= 1) {
			try {
				this.#socket = await Bun.connect({
					hostname,
					port,
					socket: { data: (_socket, chunk) => this.#receive(chunk), error: () => {} },
				});
				return;
			} catch (error) {
				if (tries === 0) throw error;
				await Bun.sleep(50);
			}
		}
	}

	/** Cuts netstrings, `<length>:<JSON>,`, from the stream. */
	#receive(chunk: Buffer): void {
		this.#pending = Buffer.concat([this.#pending, chunk]);
		for (;;) {
			const colon = this.#pending.indexOf(":");
			if (colon < 0) return;
			const end = colon + 1 + Number(this.#pending.subarray(0, colon).toString());
			if (this.#pending.length < end + 1) return;
			const event: BaresipEvent = JSON.parse(this.#pending.subarray(colon + 1, end).toString());
			this.#pending = this.#pending.subarray(end + 1);
			this.#heard(event);
		}
	}

	#heard(event: BaresipEvent): void {
		if (!event.type) return;
		this.events.push(event);
		for (const waiting of [...this.#waiting]) {
			if (!waiting.match(event)) continue;
			this.#waiting.splice(this.#waiting.indexOf(waiting), 1);
			waiting.found(event);
		}
	}
}
