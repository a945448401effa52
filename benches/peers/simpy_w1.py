"""W1 (machine repair) in SimPy: a process a machine.

One request a line on standard input, "<machines> <events>"; one answer a line on standard output: CPU seconds,
events, the sum of the machines' time up (hours), the horizon (hours).
"""

import random
import sys
import time

import simpy

UP_H, DOWN_H = 1000.0, 2.0


class Shop:
    def __init__(self, machines, horizon_h):
        self.env = simpy.Environment()
        self.up, self.since_h, self.up_h, self.events = machines, 0.0, 0.0, 0
        for _ in range(machines):
            self.env.process(self.machine())
        self.env.run(until=horizon_h)
        self.up_h += self.up * (horizon_h - self.since_h)

    def change(self, by):
        now = self.env.now
        self.up_h += self.up * (now - self.since_h)
        self.since_h = now
        self.up += by
        self.events += 1

    def machine(self):
        while True:
            yield self.env.timeout(random.expovariate(1 / UP_H))
            self.change(-1)
            yield self.env.timeout(random.expovariate(1 / DOWN_H))
            self.change(1)


print("ready 0", flush=True)
for line in sys.stdin:
    machines, events = (int(word) for word in line.split())
    horizon_h = events * (UP_H + DOWN_H) / 2 / machines
    begin = time.process_time()
    shop = Shop(machines, horizon_h)
    print(time.process_time() - begin, shop.events, shop.up_h, horizon_h, flush=True)
