import { collectGarbage, shrinkMemory } from "#runtime";
import { Appliance } from "../../appliance/appliance.ts";
import type { OwnPlace, ReloadOutcome } from "../../appliance/own-place.ts";
import type { LoadedSettings } from "../../config/load.ts";
import type { Settings } from "../../config/settings.ts";
import { ClockWatch } from "../../log/clock-watch.ts";
import { FileLogger } from "../../log/file-logger.ts";
import { LogTail } from "../../log/log-tail.ts";
import { describePlace } from "../../net/listening-place.ts";
import { systemClock } from "../../time/system-clock.ts";
import { systemWallClock } from "../../time/wall-clock.ts";
import { VERSION } from "../../version.ts";
import { writeToConsole } from "../output.ts";
import { StartError } from "../start-error.ts";
import { ownPlace } from "./own-place.ts";
import { collectInQuietTimes } from "./quiet-time.ts";
import { SettingsReloader } from "./reload.ts";
import { availableMemory } from "./runtime-options.ts";
import { ServiceManager } from "./service-manager.ts";
import { AGAIN, StartAgain } from "./start-again.ts";
import { StopSignals } from "./stop-signals.ts";
import { updatedVersionServes } from "./updated-version.ts";

/** What the service manager shows of a server that runs. */
const RUNNING = "listening";

/** How long the server may take to stop once its calls are told to end, in milliseconds. */
const STOP_TIME = 15_000;

/** A server that runs in this process. */
export interface RunningServer {
	readonly appliance: Appliance;
	readonly log: FileLogger;
	/** The signals that ask the process to end; they do not stop the server by themselves. */
	readonly signals: StopSignals;
	stop(): Promise<void>;
}

/**
 * Starts the server with its log and says where it listens.
 *
 * @throws {StartError} when it cannot start; the message is for people.
 */
export async function startServer(settings: Settings, place?: OwnPlace): Promise<RunningServer> {
	const tail = new LogTail();
	const log = new FileLogger({
		level: settings.logLevel,
		path: settings.logFilename,
		maxLines: settings.logFileMaxLines,
		console: writeToConsole,
		tail: tail.add,
	});
	surviveErrors(log);
	let appliance: Appliance;
	try {
		appliance = await Appliance.start(settings, log, tail, undefined, place);
	} catch (error) {
		await log.close();
		throw StartError.from(error);
	}
	const { calls } = appliance;
	const somethingHappened = collectInQuietTimes({
		clock: systemClock,
		collect: collectGarbage,
		shrink: () => shrinkMemory(availableMemory()),
	});
	calls.events.subscribe(somethingHappened);
	// Also frees what the start needed.
	somethingHappened();
	log.info(`clicktocall ${VERSION} started`);
	const onGap = (): void => appliance.wokeUp();
	const watch = new ClockWatch({ clock: systemClock, wall: systemWallClock, log, onGap });
	const stop = async (): Promise<void> => {
		watch.close();
		await appliance.stop();
		log.info("clicktocall stopped");
		await log.close();
	};
	return { appliance, log, signals: new StopSignals(), stop };
}

/**
 * Runs the server until it is told to stop.
 *
 * @param read reads the settings again, for SIGHUP.
 * @param configFile the file that they come from; undefined when there is none.
 * @returns the exit code.
 * @throws {StartError} when it cannot start.
 */
export async function runServer(
	settings: Settings,
	read: () => LoadedSettings,
	configFile: string | undefined,
): Promise<number> {
	const again = new StartAgain();
	const started = Promise.withResolvers<() => Promise<ReloadOutcome>>();
	const reloadOnceStarted = (): Promise<ReloadOutcome> => started.promise.then((reload) => reload());
	const server = await startServer(
		settings,
		configFile === undefined ? undefined : ownPlace(configFile, again, reloadOnceStarted),
	);
	const { appliance, log, signals } = server;
	const { NOTIFY_SOCKET, WATCHDOG_USEC, WATCHDOG_PID } = process.env;
	const manager = new ServiceManager({
		environment: { NOTIFY_SOCKET, WATCHDOG_USEC, WATCHDOG_PID },
		pid: process.pid,
		clock: systemClock,
		warn: (text) => log.warning(text),
	});
	let { drainTimeout } = settings;
	const reloader = new SettingsReloader({
		settings,
		read,
		apply: (changed) => appliance.apply(changed),
		takeOver: {
			logLevel: (level) => log.setLevel(level),
			drainTimeout: (seconds) => {
				drainTimeout = seconds;
			},
		},
		log,
	});
	const reload = async (): Promise<ReloadOutcome> => {
		if (appliance.calls.draining) return { ok: false, problems: ["the server is stopping"] };
		manager.reloading();
		const outcome = await reloader.reload();
		if (!appliance.calls.draining) manager.ready(RUNNING);
		return outcome;
	};
	process.on("SIGHUP", () => {
		log.reopen();
		void reload();
	});
	started.resolve(reload);
	const places = appliance.listening.map((place) => `  ${describePlace(place)}\n`);
	log.say(`clicktocall ${VERSION} is listening\n${places.join("")}`);
	manager.ready(RUNNING);
	updatedVersionServes();
	const signal = await Promise.race([signals.first, again.wanted]);
	log.info(signal === AGAIN ? "starting again" : `stopping on ${signal}`);
	const drainTime = drainTimeout * 1000;
	// The service goes on in the same process.
	if (signal === AGAIN) manager.reloading();
	else manager.stopping("ending the calls", drainTime + STOP_TIME);
	if (drainTime > 0 && !appliance.keepsCalls) await drain(server, drainTime);
	await server.stop();
	manager.close();
	if (signal === AGAIN) again.start();
	return 0;
}

/** Lets anchored calls go on for a while; another signal ends the wait. */
async function drain({ appliance, log, signals }: RunningServer, limit: number): Promise<void> {
	const cut = new AbortController();
	signals.onNext = () => cut.abort();
	const drained = appliance.drain(limit, cut.signal);
	const waiting = appliance.calls.open;
	if (waiting > 0) {
		log.info(`waiting ${limit / 1000} s at most for ${waiting} calls to end; a second signal ends them`);
	}
	await drained;
	signals.onNext = undefined;
	const left = appliance.calls.open;
	if (left > 0)
		log.warning(`ending ${left} calls: ${cut.signal.aborted ? "told to" : "DrainTimeout is over"}`);
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
