/* What the program needs of Bun; `Runtime` in ../runtime.ts says what each does. */
export { addressOf, openCLibrary } from "./c-library.ts";
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
export { connectTcp, listenTcp, requestHttp } from "./sockets.ts";
export { openDatabase, sqliteCode } from "./sqlite.ts";
export { enlargeReceiveBuffer, openUdp, sourceAddress } from "./udp.ts";
