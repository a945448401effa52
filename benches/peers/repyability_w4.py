"""W4 (k of n with independent repair) in RePyability, numba engine.

One request a line on standard input, "<n> <k> <crews, 0 for unlimited> <trials>"; one answer a line on standard
output: CPU seconds, trials, mean hours a trial with fewer than k up. Compiling comes first and is timed apart: "ready
<seconds>".
"""

import sys
import time

import surpyval
from repyability import RepairableRBD

YEAR_H = 8760.0


def system(n, k, crews):
    law = surpyval.Exponential.from_params
    unit = {"reliability": law([1 / 1000]), "repairability": law([1 / 10])}
    edges = [("s", i) for i in range(n)] + [(i, "t") for i in range(n)]
    return RepairableRBD(edges, {i: dict(unit) for i in range(n)}, k={"t": k}, repair_crews=crews or None)


def run(rbd, trials, seed):
    return rbd.availability(t_simulation=YEAR_H, mc_samples=trials, seed=seed, engine="numba")


systems = {}
begin = time.process_time()
for case in ((10, 8, 0), (100, 95, 0), (10, 8, 2)):
    systems[case] = system(*case)
    run(systems[case], 200, 1)
print(f"ready {time.process_time() - begin:.1f}", flush=True)
for number, line in enumerate(sys.stdin):
    n, k, crews, trials = (int(word) for word in line.split())
    rbd = systems[n, k, crews]
    begin = time.process_time()
    result = run(rbd, trials, number + 2)
    seconds = time.process_time() - begin
    print(seconds, trials, (1.0 - result.mean_availability_interval().estimate) * YEAR_H, flush=True)
