import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ConsolePhone, type ConsoleProcess } from "./console-phone.ts";

export interface TwinkleOptions {
	/** By which the server reaches it. */
	readonly address: string;
	/** For SIP over UDP and TCP. */
	readonly port: number;
	/** First of its RTP ports; each of its lines takes two more. */
	readonly rtp: number;
}

/** A real phone: Twinkle's console. */
export class Twinkle extends ConsolePhone {
	readonly uri: string;
	readonly #recording: string;

	private constructor(uri: string, folder: string, recording: string, process: ConsoleProcess) {
		super(folder, process);
		this.uri = uri;
		this.#recording = recording;
	}

	static async start({ address, port, rtp }: TwinkleOptions): Promise<Twinkle> {
		const folder = mkdtempSync(join(tmpdir(), "twinkle-"));
		const settings = join(folder, ".twinkle");
		mkdirSync(settings);
		const profile = [
			...["user_name=phone", `user_domain=${address}`, "register_at_startup=no"],
			...["allow_refer=yes", "ask_user_to_refer=no", "sip_transport=udp"],
		];
		writeFileSync(join(settings, "phone.cfg"), `${profile.join("\n")}\n`);
		const system = [
			...[`sip_port=${port}`, `rtp_port=${rtp}`],
			...["validate_audio_dev=no", "play_ringtone=no", "play_ringback=no"],
		];
		writeFileSync(join(settings, "twinkle.sys"), `${system.join("\n")}\n`);
		const recording = join(folder, "heard.raw");
		// ALSA's own devices stand for the sound card that is not there; into the call goes noise without an end.
		writeFileSync(
			join(folder, ".asoundrc"),
			`pcm.!default { type file slave.pcm "null" file "${recording}" infile "/dev/urandom" format "raw" }\n` +
				"ctl.!default { type null }\n",
		);
		const process = Bun.spawn(["twinkle-console", "phone.cfg"], {
			stdin: "pipe",
			stdout: "pipe",
			stderr: "ignore",
			env: { ...Bun.env, HOME: folder },
		});
		const phone = new Twinkle(`sip:phone@${address}:${port}`, folder, recording, process);
		await phone.says(/Local IP:/);
		return phone;
	}

	protected override get recording(): string {
		return this.#recording;
	}

	override async answer(): Promise<void> {
		await this.says(/incoming call\n(?:.*\n)*?To:/);
		this.command("answer");
		await this.says(/call established/);
	}

	override async hungUp(): Promise<void> {
		await this.says(/call ended|far end ended call/);
	}
}
