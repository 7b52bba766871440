import { CLUSTER_URL_FORM, readClusterUrl } from "../net/cluster-url.ts";
import { single } from "./setting.ts";
import { integer, oneOf, type ValueType } from "./value-type.ts";

const CLUSTER = "Several boxes";

const CLUSTER_URL: ValueType<string> = {
	placeholder: "URL",
	expected: CLUSTER_URL_FORM,
	parse: (value) => (value === "" || readClusterUrl(value) ? value : undefined),
	format: (value) => value,
};

/** A name that stands in keys and in answers to programs. */
const NODE_NAME: ValueType<string> = {
	placeholder: "NAME",
	expected: "letters, digits, dots, hyphens and underscores",
	parse: (value) => (/^[\w.-]{0,64}$/.test(value) ? value : undefined),
	format: (value) => value,
};

const NODE_ADDRESS: ValueType<string> = {
	placeholder: "ADDRESS",
	expected: "an IP address or a host name, or nothing",
	parse: (value) => (/^[\w.:-]*$/.test(value) ? value : undefined),
	format: (value) => value,
};

/** Settings of boxes that work as one. */
export const CLUSTER_SETTINGS = {
	clusterUrl: single({
		section: CLUSTER,
		name: "ClusterUrl",
		type: CLUSTER_URL,
		default: "",
		defaultText: "none",
		secret: true,
		help: "Redis or Valkey that the boxes share: redis://, rediss:// or sentinel://; empty for a box alone",
		details: [
			"Several URLs, separated by spaces, are tried in order; sentinel://HOST:PORT,HOST:PORT/MASTER asks sentinels",
			"for the server. redis://:PASSWORD@HOST:PORT/DATABASE gives a password and a database.",
		],
	}),
	nodeName: single({
		section: CLUSTER,
		name: "NodeName",
		type: NODE_NAME,
		default: ({ hostName }) => hostName.replace(/[^\w.-]/g, "-"),
		defaultText: "the host name",
		emptyIsDefault: true,
		example: "box1",
		help: "name of this box, different from those of all others",
	}),
	nodeAddress: single({
		section: CLUSTER,
		name: "NodeAddress",
		type: NODE_ADDRESS,
		default: "",
		defaultText: "IPAddress",
		help: "address by which phones reach this box and which moves to another one when this one is gone",
	}),
	takeOver: single({
		section: CLUSTER,
		name: "TakeOver",
		type: oneOf("HOW", ["refresh", "address"]),
		default: "refresh",
		help: "how calls of a box that is gone go on: refresh tells phones another Contact, address waits for the box's address",
	}),
	registerBy: single({
		section: CLUSTER,
		name: "RegisterBy",
		type: oneOf("WHO", ["each", "one"]),
		default: "each",
		help: "with Register, who registers: each box a binding of its own, or one box for all, the next one when it is gone",
	}),
	maxCallsTotal: single({
		section: CLUSTER,
		name: "MaxCallsTotal",
		type: integer(0, 1_000_000, { zero: "no limit" }),
		default: 0,
		help: "maximum number of calls at a time of all boxes together; more are refused with 503",
	}),
} as const;
