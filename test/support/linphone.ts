import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Subprocess } from "bun";

/** What the phone says into the call: it comes with linphone (package linphone-common). */
const SPEECH = "/usr/share/sounds/linphone/hello8000.wav";

/** A sample beyond this, of 32767, is sound; what was lost on the way or never sent is not. */
const LOUD = 500;

/** Length of the header of a WAV file, in bytes. */
const WAV_HEADER = 44;

export interface LinphoneOptions {
	/** Address and port it listens on, for UDP and TCP. */
	readonly address: string;
	readonly port: number;
	/** First of its RTP ports; each call takes two more. */
	readonly rtp: number;
	/** Runs a command in the phone's network. */
	readonly inside: (...command: string[]) => string[];
}

/**
 * A real phone: linphonec, told what to do on its standard input. It has no sound card: it speaks
 * from one file and writes what it hears to another.
 */
export class Linphone {
	readonly uri: string;
	readonly #folder: string;
	readonly #process: Subprocess<"pipe", "pipe", "ignore">;
	/** All that it has said. */
	#output = "";
	/** How much of that is past. */
	#heeded = 0;
	#waiting: (() => void)[] = [];

	private constructor(uri: string, folder: string, process: Subprocess<"pipe", "pipe", "ignore">) {
		this.uri = uri;
		this.#folder = folder;
		this.#process = process;
		void this.#read();
	}

	static async start({ address, port, rtp, inside }: LinphoneOptions): Promise<Linphone> {
		const folder = mkdtempSync(join(tmpdir(), "linphone-"));
		const uri = `sip:phone@${address}:${port}`;
		// Its call history goes there; it does not make the folder.
		mkdirSync(join(folder, ".local/share/linphone"), { recursive: true });
		const config = join(folder, "linphonerc");
		writeFileSync(
			config,
			[
				"[sip]",
				...[`contact=${uri}`, "guess_hostname=0", `bind_address=${address}`, "use_ipv6=0"],
				...[
					`sip_port=${port}`,
					`sip_tcp_port=${port}`,
					"sip_tls_port=0",
					"register_only_when_network_is_up=0",
				],
				"[rtp]",
				`audio_rtp_port=${rtp}`,
				"[sound]",
				"echocancellation=0",
				"[video]",
				...["enabled=0", "capture=0", "display=0"],
				"[misc]",
				// By default linphone 5.1 pauses the first call before it makes the one that a REFER asks for.
				// It cannot pause a call without media: it gives the new call up, and crashes.
				"media_resources_mode=1",
				"",
			].join("\n"),
		);
		const process = Bun.spawn(inside("linphonec", "-c", config), {
			stdin: "pipe",
			stdout: "pipe",
			stderr: "ignore",
			env: { ...Bun.env, HOME: folder, PULSE_RUNTIME_PATH: join(folder, "pulse") },
		});
		const phone = new Linphone(uri, folder, process);
		await phone.says(/linphonec> /);
		phone.command("soundcard use files");
		phone.command(`play ${SPEECH}`);
		phone.command(`record ${phone.#recording}`);
		return phone;
	}

	/** Gives it a command: `answer`, `terminate`, `pause`, `resume`, `calls`, … */
	command(text: string): void {
		this.#process.stdin.write(`${text}\n`);
		this.#process.stdin.flush();
	}

	/** Waits until it has said this since the start, or since {@link clear}. */
	async says(pattern: RegExp): Promise<void> {
		await this.#until(() => pattern.test(this.#output.slice(this.#heeded)));
	}

	/** Heeds no more what it has said so far. */
	clear(): void {
		this.#heeded = this.#output.length;
	}

	/** Waits for a call and picks up. */
	async answer(): Promise<void> {
		const call = /Receiving new incoming call from .*, assigned id (\d+)/;
		await this.says(call);
		this.command(`answer ${call.exec(this.#output.slice(this.#heeded))?.[1]}`);
	}

	/** Waits until every call that was answered has ended. */
	async hungUp(): Promise<void> {
		const idsOf = (pattern: RegExp): Set<string> =>
			new Set([...this.#output.matchAll(pattern)].map(([, id = ""]) => id));
		await this.#until(() => {
			const answered = idsOf(/Call (\d+) with .* connected\./gm);
			return answered.size > 0 && answered.isSubsetOf(idsOf(/Call (\d+) with .* ended \(No error\)/gm));
		});
	}

	/** Waits until more sound is heard than before. */
	async hears(): Promise<void> {
		const before = await this.#soundHeard();
		while ((await this.#soundHeard()) <= before) await Bun.sleep(100);
	}

	async stop(): Promise<void> {
		this.#process.kill("SIGKILL");
		await this.#process.exited;
		rmSync(this.#folder, { recursive: true, force: true });
	}

	get #recording(): string {
		return join(this.#folder, "heard.wav");
	}

	/** How many of the samples that were heard hold sound. */
	async #soundHeard(): Promise<number> {
		const file = Bun.file(this.#recording);
		if (!(await file.exists())) return 0;
		const bytes = await file.slice(WAV_HEADER).arrayBuffer();
		const samples = new Int16Array(bytes, 0, Math.floor(bytes.byteLength / 2));
		return samples.reduce((count, sample) => count + (Math.abs(sample) > LOUD ? 1 : 0), 0);
	}

	async #until(condition: () => boolean): Promise<void> {
		while (!condition()) {
			if (this.#process.exitCode !== null || this.#process.signalCode !== null) {
				throw new Error(`linphonec has ended; it said:\n${this.#output}`);
			}
			await new Promise<void>((resolve) => this.#waiting.push(resolve));
		}
	}

	async #read(): Promise<void> {
		const decoder = new TextDecoder();
		for await (const chunk of this.#process.stdout) {
			this.#output += decoder.decode(chunk, { stream: true });
			this.#wake();
		}
		await this.#process.exited;
		this.#wake();
	}

	#wake(): void {
		for (const heard of this.#waiting.splice(0)) heard();
	}
}
