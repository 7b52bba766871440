import { NULL_LOGGER } from "../log/null-logger.ts";
import { type EnginePlace, placeName } from "../net/cluster-url.ts";
import type { Clock } from "../time/clock.ts";
import { Engine } from "./engine.ts";

/** How long the look may take, in milliseconds. */
const PATIENCE = 2500;

/**
 * Looks for the cluster without joining it.
 *
 * @param identity ClickToCallIdentity.
 * @returns lines for people.
 */
export async function lookAtCluster(
	places: readonly EnginePlace[],
	identity: string,
	clock: Clock,
): Promise<string[]> {
	const found = Promise.withResolvers<void>();
	const engine = new Engine(
		{ places, clock, log: NULL_LOGGER },
		{ connected: found.resolve, lost: () => {} },
	);
	const stopTimer = clock.after(PATIENCE, found.resolve);
	void engine.run();
	await found.promise;
	stopTimer();
	const where = places.map(placeName).join(", ");
	try {
		if (!engine.seen)
			return [`would work without its cluster, which is not seen: ${engine.trouble || where}`];
		const boxes = await engine.send("HKEYS", [`clicktocall:${identity}:boxes`]);
		const names = Array.isArray(boxes) && boxes.length > 0 ? boxes.map(String).sort().join(", ") : "none yet";
		return [`would join the cluster at ${where}; boxes: ${names}`];
	} catch (error) {
		return [`would work without its cluster: ${error instanceof Error ? error.message : String(error)}`];
	} finally {
		engine.stop();
	}
}
