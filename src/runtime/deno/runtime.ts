/* What the program needs of Deno; `Runtime` in ../runtime.ts says what each does. */
import { createRequire } from "node:module";

// Where a module is to be loaded at once, the program says `require`, which modules of Deno do not have.
globalThis.require = createRequire(import.meta.url);

export { addressOf, openCLibrary } from "./c-library.ts";
export { sourceAddress } from "./descriptors.ts";
export {
	collectGarbage,
	engineOptions,
	hashText,
	isExecutable,
	mapFile,
	shrinkMemory,
	TRICKS,
	textWidth,
} from "./process.ts";
export { connectRedis } from "./redis.ts";
export { requestHttp } from "./requests.ts";
export { connectTcp, listenTcp } from "./sockets.ts";
export { openDatabase, sqliteCode } from "./sqlite.ts";
export { enlargeReceiveBuffer, openUdp } from "./udp.ts";
