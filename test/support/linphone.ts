import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ConsolePhone, type ConsoleProcess } from "./console-phone.ts";
import { type Recording, readWav } from "./tone-meter.ts";

/** What the phone says into the call: it comes with linphone (package linphone-common). */
const SPEECH = "/usr/share/sounds/linphone/hello8000.wav";

export interface LinphoneOptions {
	/** Address and port it listens on, for UDP and TCP. */
	readonly address: string;
	readonly port: number;
	/** First of its RTP ports; each call takes two more. */
	readonly rtp: number;
	/** Takes no call without SRTP. */
	readonly secure?: boolean;
	/** Runs a command in the phone's network. */
	readonly inside: (...command: string[]) => string[];
}

/**
 * A real phone: linphonec, told what to do on its standard input. It speaks from one file and
 * writes what it hears to another.
 */
export class Linphone extends ConsolePhone {
	readonly uri: string;
	readonly #folder: string;

	private constructor(uri: string, folder: string, process: ConsoleProcess) {
		super(folder, process);
		this.uri = uri;
		this.#folder = folder;
	}

	static async start({ address, port, rtp, secure, inside }: LinphoneOptions): Promise<Linphone> {
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
				...(secure ? ["media_encryption=srtp", "media_encryption_mandatory=1"] : []),
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
		phone.command(`record ${phone.recording}`);
		return phone;
	}

	protected override get recording(): string {
		return join(this.#folder, "heard.wav");
	}

	/** What it has heard so far. */
	heard(): Recording {
		return readWav(this.recording);
	}

	override async answer(): Promise<void> {
		const call = /Receiving new incoming call from .*, assigned id (\d+)/;
		await this.says(call);
		this.command(`answer ${call.exec(this.news)?.[1]}`);
	}

	override async hungUp(): Promise<void> {
		const idsOf = (pattern: RegExp): Set<string> =>
			new Set([...this.output.matchAll(pattern)].map(([, id = ""]) => id));
		await this.until(() => {
			const answered = idsOf(/Call (\d+) with .* connected\./gm);
			return answered.size > 0 && answered.isSubsetOf(idsOf(/Call (\d+) with .* ended \(No error\)/gm));
		}, "end of every call");
	}
}
