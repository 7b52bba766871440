import type { ToneOptions } from "../call/tone.ts";
import type { Settings } from "../config/settings.ts";
import type { Logger } from "../log/logger.ts";
import type { Media } from "../media/media.ts";
import type { Clock } from "../time/clock.ts";
import type { WallClock } from "../time/wall-clock.ts";
import type { Part } from "./parts.ts";

/** What initiators hear: opens the ports that it is sent from. */
export class TonePart implements Part {
	readonly name = "tones";
	readonly media: Media;
	readonly options: ToneOptions;

	private constructor(media: Media, { failureTone, waitTone }: Settings) {
		this.media = media;
		this.options = { source: media, failureTime: failureTone * 1000, wait: waitTone };
	}

	/** @returns undefined when Ringback is off: nothing is opened then, or loaded. */
	static async open(
		settings: Settings,
		{ clock, wall, log }: { readonly clock: Clock; readonly wall: WallClock; readonly log: Logger },
	): Promise<TonePart | undefined> {
		const { ringback: country, rtpPorts: ports, ipAddress: bind, destinationTimeout, failureTone } = settings;
		if (country === "off") return undefined;
		const { Media } = await import("../media/media.ts");
		const longest = (destinationTimeout + failureTone) * 1000;
		const media = await Media.start({
			country,
			ports,
			bind,
			longest,
			clock,
			wall,
			log: log.child({ part: "media" }),
		});
		return new TonePart(media, settings);
	}

	stop(): void {
		this.media.close();
	}
}
