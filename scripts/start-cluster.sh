# shellcheck shell=sh
# Two demo boxes and a Redis of their own on this machine. Sourced by scripts/start, not run: start_cluster COMMAND...
# runs COMMAND once for each box, with the arguments that make it one, until Ctrl-C or until any of them ends.

cluster_redis_port=6390

start_cluster() {
	command -v redis-server >/dev/null 2>&1 ||
		setup_fail "--cluster needs redis-server, but found none on PATH (Debian: apt-get install redis-server)"
	cluster_folder=$(mktemp -d)
	cluster_pids=
	trap stop_cluster EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM HUP
	redis-server --port "$cluster_redis_port" --bind 127.0.0.1 --save "" --dir "$cluster_folder" \
		>"$cluster_folder/redis.log" 2>&1 &
	cluster_pids=$!
	sleep 1
	kill -0 "$cluster_pids" 2>/dev/null || setup_fail \
		"redis-server does not start on port $cluster_redis_port: $(grep -v '^$' "$cluster_folder/redis.log" | tail -n 1)"
	url=redis://127.0.0.1:$cluster_redis_port
	"$@" --NodeName=box1 --ClusterUrl="$url" &
	cluster_pids="$cluster_pids $!"
	"$@" --NodeName=box2 --ClusterUrl="$url" --UDPTCPPort=5082 --HttpPort=5092 --XmlRpcPort=5096 &
	cluster_pids="$cluster_pids $!"
	printf '%s\n' "box1: http://localhost:5090/ and box2: http://localhost:5092/ (Ctrl-C stops both, and their Redis)"
	while :; do
		for pid in $cluster_pids; do
			kill -0 "$pid" 2>/dev/null || setup_fail "one of the boxes, or their Redis, has ended; the others are stopped"
		done
		sleep 1
	done
}

stop_cluster() {
	trap - EXIT
	# The boxes first: they say goodbye to the others.
	for pid in ${cluster_pids#* }; do kill "$pid" 2>/dev/null || :; done
	for pid in ${cluster_pids#* }; do [ "$pid" = "${cluster_pids%% *}" ] || wait "$pid" 2>/dev/null || :; done
	kill "${cluster_pids%% *}" 2>/dev/null || :
	wait "${cluster_pids%% *}" 2>/dev/null || :
	rm -rf -- "$cluster_folder"
}
