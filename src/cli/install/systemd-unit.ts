import { TRICKS } from "#runtime";
import { CONFIG_FILE, CONFIG_FOLDER, SERVICE, STATE_FOLDER } from "./layout.ts";

/**
 * The unit of the service (systemd.service(5), systemd.exec(5)).
 *
 * @param executable the absolute path of the program, without spaces.
 */
export function renderUnit(executable: string): string {
	return `[Unit]
Description=Click-to-call server (SIP)
Documentation=man:clicktocall(1)
Wants=network-online.target
After=network-online.target nss-lookup.target

[Service]
Type=notify
# Keys and certificates that were put there by hand become the service's to read.
ExecStartPre=-+/usr/bin/systemd-tmpfiles --create ${SERVICE}.conf
ExecStart=${executable} --config ${CONFIG_FILE} --CertificatePath=${CONFIG_FOLDER}
ExecReload=/bin/kill -HUP $MAINPID
# Relative names in the configuration, such as that of the log file, begin here.
WorkingDirectory=${STATE_FOLDER}
User=${SERVICE}
Group=${SERVICE}
StateDirectory=${SERVICE}
StateDirectoryMode=0750
LogsDirectory=${SERVICE}
LogsDirectoryMode=0750
UMask=0027

Restart=always
# What keeps it from starting may pass: an address that is not there yet, a port in use.
RestartSec=5
WatchdogSec=30
# With a DrainTimeout the server asks for more.
TimeoutStopSec=20
LimitNOFILE=65536

# These would make the executable run other code than its own.
UnsetEnvironment=${TRICKS.join(" ")}

# For ports below 1024, and nothing else.
AmbientCapabilities=CAP_NET_BIND_SERVICE
CapabilityBoundingSet=CAP_NET_BIND_SERVICE
NoNewPrivileges=yes
ProtectSystem=strict
# The pages write the configuration and the certificates.
ReadWritePaths=-${CONFIG_FOLDER}
# Memory that outlives the process: the end of the state file waits here until it is written.
RuntimeDirectory=clicktocall
RuntimeDirectoryMode=0700
RuntimeDirectoryPreserve=yes
ProtectHome=yes
ProtectProc=invisible
ProtectClock=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectControlGroups=yes
PrivateDevices=yes
PrivateTmp=yes
RemoveIPC=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallErrorNumber=EPERM
# No MemoryDenyWriteExecute: the runtime compiles as it runs.

[Install]
WantedBy=multi-user.target
`;
}
