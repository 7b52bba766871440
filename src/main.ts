import { asksForServer, becomeServer } from "./cli/server/become-server.ts";

const argv = process.argv.slice(2);

// Before anything else is loaded where that is certain; otherwise the command begins with it.
if (asksForServer(argv)) becomeServer();
const { runCommand } = await import("./cli/command.ts");
process.exit(await runCommand(argv));
