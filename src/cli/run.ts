import { accessSync, constants } from "node:fs";
import { dirname } from "node:path";
import { Appliance } from "../appliance.ts";
import type { Settings } from "../config/settings.ts";
import { FileLogger } from "../log/file-logger.ts";
import { describePlace } from "../net/listening-place.ts";
import { systemClock } from "../sip/reliability/clock.ts";
import { VERSION } from "../version.ts";
import { collectInQuietTimes } from "./quiet-time.ts";
import { StartError } from "./start-error.ts";

/** A server that runs in this process. */
export interface RunningServer {
	readonly appliance: Appliance;
	readonly log: FileLogger;
	/** Resolves when a signal asks the process to end; the server is not stopped yet. */
	readonly signalled: Promise<NodeJS.Signals>;
	stop(): Promise<void>;
}

/**
 * Starts the server with its log and says where it listens.
 *
 * @throws {StartError} when it cannot start; the message is for people.
 */
export async function startServer(settings: Settings): Promise<RunningServer> {
	checkLogFolder(settings.logFilename);
	const log = new FileLogger({
		level: settings.logLevel,
		path: settings.logFilename,
		maxLines: settings.logFileMaxLines,
		console: (text) => process.stdout.write(text),
	});
	surviveErrors(log);
	let appliance: Appliance;
	try {
		appliance = await Appliance.start(settings, log);
	} catch (error) {
		await log.close();
		throw StartError.from(error);
	}
	const { calls } = appliance;
	const collect = (): void => Bun.gc(true);
	calls.events.subscribe(collectInQuietTimes({ clock: systemClock, openCalls: () => calls.open, collect }));
	log.info(`clicktocall ${VERSION} started`);
	const stop = async (): Promise<void> => {
		await appliance.stop();
		log.info("clicktocall stopped");
		await log.close();
	};
	return { appliance, log, signalled: firstSignal(), stop };
}

/** Runs the server until it is told to stop. @returns the exit code. */
export async function runServer(settings: Settings): Promise<number> {
	const server = await startServer(settings);
	console.log(`clicktocall ${VERSION} is listening`);
	for (const place of server.appliance.listening) console.log(`  ${describePlace(place)}`);
	const signal = await server.signalled;
	server.log.info(`stopping on ${signal}`);
	await server.stop();
	return 0;
}

/** A log file that cannot be written later never stops a call; one that never could is a mistake in the settings. */
function checkLogFolder(path: string): void {
	if (path === "") return;
	const folder = dirname(path);
	try {
		accessSync(folder, constants.W_OK);
	} catch {
		throw new StartError(`LogFilename = ${path}: the folder ${folder} cannot be written`);
	}
}

/** One bad message or client must not end the calls of all others. */
function surviveErrors(log: FileLogger): void {
	const report = (error: unknown): void =>
		log.crit(
			() => `unexpected error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
		);
	process.on("uncaughtException", report);
	process.on("unhandledRejection", report);
}

/** The first signal to end asks; the second one ends the process at once. */
function firstSignal(): Promise<NodeJS.Signals> {
	const { promise, resolve } = Promise.withResolvers<NodeJS.Signals>();
	let asked = false;
	for (const signal of ["SIGTERM", "SIGINT"] as const) {
		process.on(signal, () => {
			if (asked) process.exit(1);
			asked = true;
			resolve(signal);
		});
	}
	return promise;
}
