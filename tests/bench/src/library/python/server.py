"""The official client with its own server: series come as lines on standard input, an empty one ends them, the port goes to standard output."""

import sys

from prometheus_client import CollectorRegistry, Counter, disable_created_metrics, start_http_server

disable_created_metrics()  # nobody else here has them
registry = CollectorRegistry()
name, help = sys.argv[1:]
family = Counter(name, help, ["method", "path"], registry=registry)
for line in iter(sys.stdin.readline, "\n"):
    method, path, value = line.split()
    family.labels(method, path).inc(int(value))
server, _ = start_http_server(0, addr="127.0.0.1", registry=registry)
print(server.server_port, flush=True)
sys.stdin.read()  # until nobody is there any more
