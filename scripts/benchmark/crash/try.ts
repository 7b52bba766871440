import { CrashScene } from "../../../test/support/survival/crash-scene.ts";
const scene = await CrashScene.start(1);
for (let i = 0; i < 20; i++) scene.place({ initiator: "answer", destination: "answer", anchor: true, link: i % 3 === 0 ? "UDP" : i % 3 === 1 ? "TCP" : "lossy" });
await Bun.sleep(2000);
await scene.kill(); await scene.restart();
await scene.settle((n) => (n % 2 ? "initiator" : "destination"), 1000);
const v = await scene.verdict();
console.log(scene.restarts, v.calls, v.answered, v.left.length, v.abandoned.length, v.unresolved.length, v.unnamed, v.left[0], v.unresolved[0]);
await scene.stop();
