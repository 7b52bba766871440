/** Named in bunfig.toml: gives `bun run` and `bun test` the plugin that embeds the WASM engines. */
import { wasmPlugin } from "./wasm-plugin.ts";

Bun.plugin(wasmPlugin);
