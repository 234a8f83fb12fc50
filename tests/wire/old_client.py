"""What was landed before there was a greeting: a command and a dashboard, as small programs.

``python old_client.py SOCKET METHOD [PARAMS]`` prints what a command of then would print;
``python old_client.py SOCKET --dashboard SECONDS`` counts how often a dashboard of then asks for a
snapshot, and prints what it would show in NEEDS YOU.
"""

import json
import socket
import sys
import time


def line(number, method, params):
    text = {"jsonrpc": "2.0", "id": number, "method": method, "params": params}
    return json.dumps(text).encode() + b"\n"


def ask(path, method, params):
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(10)
        connection.connect(path)
        connection.sendall(line(1, method, params))
        with connection.makefile("rb") as file:
            answer = json.loads(file.readline())
    if "error" in answer:
        error = answer["error"]
        print(f"crewtui: {error['message']}\n  -> {error['data']['todo']}")
        return error["data"]["exit_code"]
    print(json.dumps(answer["result"]))
    return 0


def dashboard(path, seconds):
    until = time.monotonic() + seconds
    subscriptions, shown = 0, []
    while time.monotonic() < until:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(path)
            connection.sendall(line(1, "subscribe", {}))
            subscriptions += 1
            with connection.makefile("rb") as file:
                answer = json.loads(file.readline())
                if "result" in answer:
                    shown = [t["what"] for t in answer["result"]["troubles"].values()]
                    connection.settimeout(max(0.01, until - time.monotonic()))
                    try:
                        file.readline()
                    except OSError:
                        break
        time.sleep(0.5)
    print(json.dumps({"subscriptions": subscriptions, "shown": shown}))
    return 0


if __name__ == "__main__":
    if sys.argv[2] == "--dashboard":
        sys.exit(dashboard(sys.argv[1], float(sys.argv[3])))
    sys.exit(ask(sys.argv[1], sys.argv[2], json.loads(sys.argv[3]) if sys.argv[3:] else {}))
