import { ServerProcess } from "./support/server-process.ts";
import { startLossyPhone } from "./support/lossy-relay.ts";
import { XmlClient } from "./support/xml-client.ts";
import { SimulatedPhone } from "../src/simulator/phone.ts";
const server = await ServerProcess.start({ settings: { MaxCalls: 0, MaxCallsPerSecond: 0, LogLevel: "WARNING" } });
const xml = await XmlClient.connect(server.xmlPort);
for (const anchor of [true, false]) for (let n = 0; n < 5; n++) {
	const place = { address: "127.0.0.1", port: server.sipPort };
	const a = await startLossyPhone({ loss: 0.2, seed: n + 1 }, place);
	const b = await startLossyPhone({ loss: 0.2, seed: n + 100 }, place);
	const t = performance.now();
	const call = xml.place({ initiator: a.phone.uri("answer"), destination: b.phone.uri("answer"), anchor });
	const chain = await call.finished();
	a.phone.hangup(); 
	await Promise.all([a.phone.idle(), b.phone.idle()]);
	console.log(anchor, chain.join(","), Math.round(performance.now() - t), a.relay.counters, b.relay.counters, a.phone.faults, b.phone.faults);
	await a.stop(); await b.stop();
}
// speed
for (const anchor of [true, false]) {
	const opt = { address: "127.0.0.1", port: 0, protocol: "UDP", record: false } as const;
	const a = await SimulatedPhone.start(opt), b = await SimulatedPhone.start(opt);
	const t = performance.now(); const cpu = process.cpuUsage();
	const N = 1500; let done = 0, next = 0;
	b.listen((e, c) => { if (e === "media" && c.direction==="incoming") setTimeout(() => c.hangup(), 5); });
	const one = async () => { while (next < N) { next++; const r = await xml.place({ initiator: a.uri("answer"), destination: b.uri("answer"), anchor }).final; if (r.code === 200) done++; } };
	await Promise.all(Array.from({ length: 50 }, one));
	const ms = performance.now() - t, used = process.cpuUsage(cpu);
	await Promise.race([Promise.all([a.idle(), b.idle()]), Bun.sleep(3000)]);
	console.log(anchor, done, "calls", Math.round(N / ms * 1000), "/s; client CPU ms/call", (used.user + used.system) / 1000 / N, a.counters, b.counters, a.faults.slice(0, 3), b.faults.slice(0, 3), a.openDialogs, b.openDialogs, Math.round(process.memoryUsage.rss() / 1e6));
	await a.stop(); await b.stop();
}
xml.stop(); await server.stop();
