"""PyTorch's side of `npm run bench -- training`.

`check` prints the version, or fails where matrix products do not come from OpenBLAS. `serve` answers lines of JSON
with lines of JSON: {"open": job} makes a job, {"job": name, "steps": n} takes steps and says their milliseconds.
"""
import json
import sys
import time

import torch

torch.set_num_threads(1)


def uses_openblas():
    torch.randn(64, 64) @ torch.randn(64, 64)
    with open("/proc/self/maps") as maps:
        return "openblas" in maps.read()


def open_job(job):
    torch.manual_seed(1)
    kind = {"lstm": torch.nn.LSTM, "gru": torch.nn.GRU}[job["cell"]]
    both = job["directions"] == 2
    rnn = kind(job["input"], job["hidden"], job["layers"], bidirectional=both)
    dense = torch.nn.Linear(job["hidden"] * job["directions"], job["output"])
    optimiser = torch.optim.Adam([*rnn.parameters(), *dense.parameters()], 1e-3)
    x = torch.rand(job["T"], job["batch"], job["input"]) * 2 - 1
    target = torch.rand(job["T"], job["batch"], job["output"]) * 2 - 1

    def step():
        optimiser.zero_grad(set_to_none=True)
        torch.nn.functional.mse_loss(dense(rnn(x)[0]), target).backward()
        optimiser.step()

    return step


def serve():
    jobs = {}
    for line in sys.stdin:
        request = json.loads(line)
        if "open" in request:
            jobs[request["open"]["name"]] = open_job(request["open"])
            print("true", flush=True)
            continue
        step = jobs[request["job"]]
        times = []
        for _ in range(request["steps"]):
            started = time.perf_counter()
            step()
            times.append((time.perf_counter() - started) * 1000)
        print(json.dumps(times), flush=True)


if sys.argv[1] == "serve":
    serve()
elif uses_openblas():
    print(torch.__version__)
else:
    sys.exit("its matrix products do not come from OpenBLAS")
