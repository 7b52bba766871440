import { NULL_LOGGER } from "../../src/log/null-logger.ts";
import { Media, type MediaPort } from "../../src/media/media.ts";
import { systemClock } from "../../src/time/system-clock.ts";
import { systemWallClock } from "../../src/time/wall-clock.ts";
import type { BarRecord } from "./report.ts";

/** Phones that ring at once. */
const PHONES = 200;
/** A range that other programs seldom use. */
const PORTS = { first: 40_000, last: 41_999 };

/** The share of one core that ringback takes for 200 phones on the loopback network. */
export async function measureTones(quick: boolean): Promise<BarRecord[]> {
	const seconds = quick ? 5 : 30;
	const phone = await Bun.udpSocket({ hostname: "127.0.0.1", socket: {} });
	const media = await Media.start({
		country: "us",
		ports: PORTS,
		bind: "127.0.0.1",
		longest: seconds * 10_000,
		clock: systemClock,
		wall: systemWallClock,
		log: NULL_LOGGER,
	});
	try {
		for (const port of await openPorts(media))
			port.play("ringback", { address: "127.0.0.1", port: phone.port, rtcpPort: 0, payloadType: 0 });
		const before = process.cpuUsage();
		const sentBefore = media.figures.packets;
		await Bun.sleep(seconds * 1000);
		const { user, system } = process.cpuUsage(before);
		const sent = (media.figures.packets - sentBefore) / seconds;
		const detail = `${sent.toFixed(0)} packets a second, with receiving them`;
		const figure = (user + system) / seconds / 10_000;
		return [
			{ what: `ringback for ${PHONES} phones, CPU`, figure, unit: "%", atMost: 15, below: true, detail },
		];
	} finally {
		media.close();
		phone.close();
	}
}

/** @throws {Error} if the range has too few free ports. */
async function openPorts(media: Media): Promise<readonly MediaPort[]> {
	const ports: MediaPort[] = [];
	for (let attempts = 0; ports.length < PHONES; attempts += 1) {
		if (attempts > 10 * PHONES)
			throw new Error(`too few free ports between ${PORTS.first} and ${PORTS.last}`);
		const port = media.open();
		if (port) ports.push(port);
		else await Bun.sleep(10);
	}
	return ports;
}
