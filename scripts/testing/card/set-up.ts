/** A start with what a person put on the boot partition. */
import { readFileSync } from "node:fs";
import { type Run, START, switchOn } from "./board.ts";
import { answersOf, hangUp, onBoard, PhonePair, ready, TOKEN } from "./box.ts";
import { eventually } from "./emulator.ts";
import { expectMatch } from "./report.ts";

/** The address that a file on the boot partition gives the board. */
export const FIXED = "10.77.0.20";

const CONFIG = `HttpPort = 80
HttpAuth = 1
HttpAuthPwd = a-password-of-the-person
HttpApiToken = ${TOKEN}
MaxCalls = 0
TranslationPattern = ^(sips?:.*)$
TranslationOutput = $1
`;

const LOOKS: readonly { readonly name: string; readonly command: string; readonly expected: RegExp }[] = [
	{
		name: "no user has a password",
		command: "grep -v ':[!*]' /etc/shadow || echo none",
		expected: /^none$/,
	},
	{
		name: "ssh takes no passwords",
		command: "sshd -T | grep -i ^passwordauth",
		expected: /passwordauthentication no/,
	},
	{
		name: "the root cannot be written",
		command: "touch /usr/new",
		expected: /Read-only file system/,
	},
	{
		name: "the server cannot write what is not its own",
		command: "setpriv --reuid clicktocall --regid clicktocall --clear-groups touch /data/new",
		expected: /denied|Read-only/,
	},
	{
		name: "the file system takes the whole data partition",
		command: "df --output=size -m /data",
		expected: /[23]\d{3}/,
	},
	{
		name: "the log is on the card",
		command: "findmnt -no SOURCE /var/log",
		expected: /\/dev\/\w+\[\/log\]/,
	},
	{
		name: "the log of the server is there too",
		command: "ls /var/log/clicktocall",
		expected: /^clicktocall\.log$/,
	},
	{
		name: "what was written is on the card within 10 s",
		command: "paste -d / /proc/sys/vm/dirty_expire_centisecs /proc/sys/vm/dirty_writeback_centisecs",
		expected: /^500\/500$/,
	},
	{
		name: "a kernel that panics starts again",
		command: "cat /proc/sys/kernel/panic",
		expected: /^30$/,
	},
	{
		name: "the kernel takes the wireless rules of the countries",
		command:
			"test -s /usr/lib/firmware/regulatory.db && modprobe cfg80211 && sleep 1 && { dmesg | grep regulatory.db || echo taken; }",
		expected: /^taken$/,
	},
	{
		name: "updates of Debian come each night",
		command: "systemctl is-active card-updates.timer",
		expected: /^active$/,
	},
	{
		name: "the watchdog is on",
		command: "systemctl show -p RuntimeWatchdogUSec",
		expected: /=14s/,
	},
	{
		name: "the time did not go back to that of a board without a clock",
		command: "date +%Y",
		expected: /^20(2[5-9]|[3-9]\d)$/,
	},
	{
		name: "the last known time is kept",
		command: "ls /data/lib/systemd/timesync",
		expected: /clock/,
	},
	{
		name: "provisioned.txt says it on the boot partition",
		command: "cat /boot/firmware/provisioned.txt",
		expected: /clicktocall\.config was taken/,
	},
	{
		name: "no part of the system has failed",
		command: "systemctl --failed --plain --no-legend | grep . || echo none",
		expected: /^none$/,
	},
];

export async function setUp(run: Run): Promise<void> {
	const { report, card, key } = run;
	card.put({
		"clicktocall.config": CONFIG.replaceAll("\n", "\r\n"),
		"ssh-key": readFileSync(`${key}.pub`),
		network: `Address=${FIXED}/24\r\nGateway=10.77.0.1\r\n`,
		"log-on-card": "",
		"security-updates": "",
	});
	const board = switchOn(run, "with files on the boot partition");
	try {
		await report.check("a static address is taken from the boot partition", async () => {
			await ready(board, FIXED, START);
			return FIXED;
		});
		await report.check("the console says what was taken", async () => {
			await board.shows(/clicktocall\.config was taken/, START);
			await board.shows(/ssh-key was taken/, 30);
			await board.shows(/network: Address=10\.77\.0\.20\/24/, 30);
			return undefined;
		});
		await report.check("a call between two phones is connected, and hung up", async () => {
			const phones = await PhonePair.start();
			try {
				const id = await phones.connect(FIXED);
				await hangUp(FIXED, id);
				await eventually("both phones to be free", 60, () => phones.open === 0);
				return undefined;
			} finally {
				await phones.stop();
			}
		});
		await report.check("ssh is on for the key of the boot partition", async () => {
			await eventually("ssh", START, async () => {
				board.checkOn();
				return (await onBoard(FIXED, key, "id -u")).trim() === "0";
			});
			return undefined;
		});
		// One login for all of them: each takes an emulated board half a minute.
		let said = "";
		const shown = await answersOf(
			async (text) => {
				said = await onBoard(FIXED, key, text, START);
				return said;
			},
			LOOKS.map((look) => look.command),
		);
		for (const [index, { name, expected }] of LOOKS.entries()) {
			await report.check(name, () => {
				board.checkOn();
				const answer = shown[index];
				if (answer === undefined) throw new Error(`it was not come to: ${JSON.stringify(said.slice(-300))}`);
				const found = expectMatch(answer, expected);
				return found.length < 80 ? found.trim() : undefined;
			});
		}
	} finally {
		await board.cut();
	}
}
