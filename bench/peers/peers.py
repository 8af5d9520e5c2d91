"""The CPython side of the benchmarks: asyncio, uvloop and concurrent.futures.

usage: peers.py asyncio|uvloop|futures ROW OPERATIONS WARM_UP_MILLIS ITERATIONS [ARGUMENT]

Warms up for the given time, then runs ITERATIONS times exactly OPERATIONS operations of the row and prints, one
per line: "runtime" and what ran, "operations", and either "wall" and "cpu" (nanoseconds of each iteration) or
"bytes" (what one parked coroutine occupies).
"""

import asyncio
import concurrent.futures
import gc
import multiprocessing
import os
import platform
import sys
import time
import tracemalloc

GROUP = 1000


async def handoff_wake(operations, _):
    loop = asyncio.get_running_loop()
    parked = [loop.create_future(), loop.create_future()]

    async def player(me, turns):
        other = 1 - me
        await parked[me]
        for _ in range(turns):
            mine = parked[me] = loop.create_future()
            parked[other].set_result(None)
            await mine

    first = asyncio.create_task(player(0, operations // 2))
    second = asyncio.create_task(player(1, operations // 2))
    await asyncio.sleep(0)
    parked[0].set_result(None)
    await first
    # The turn was passed operations times in all; nobody is left to wake the second player from its last wait.
    parked[1].set_result(None)
    await second


async def handoff_yield(operations, _):
    async def player(turns):
        for _ in range(turns):
            await asyncio.sleep(0)

    first = asyncio.create_task(player(operations // 2))
    second = asyncio.create_task(player(operations // 2))
    await first
    await second


async def queue(operations, _):
    there, back = asyncio.Queue(), asyncio.Queue()

    async def player():
        for _ in range(operations):
            back.put_nowait(await there.get())

    task = asyncio.create_task(player())
    for i in range(operations):
        there.put_nowait(i)
        if await back.get() != i:
            raise AssertionError(f"message {i} did not come back")
    await task


async def echo(value):
    return value


def check(total, operations):
    expected = operations * (GROUP - 1) // 2
    if total != expected:
        raise AssertionError(f"the sum of the results is {total}, expected {expected}")


async def spawn_group(operations, _):
    total = 0
    for _ in range(operations // GROUP):
        tasks = [asyncio.create_task(echo(i)) for i in range(GROUP)]
        for task in tasks:
            total += await task
    check(total, operations)


async def spawn_one(operations, _):
    total = 0
    for i in range(operations):
        total += await asyncio.create_task(echo(i % GROUP))
    check(total, operations)


async def sleepers(operations, millis):
    seconds = millis / 1000
    tasks = [asyncio.create_task(asyncio.sleep(seconds)) for _ in range(operations)]
    for task in tasks:
        await task


async def heap(operations):
    asleep = 0

    async def sleeper():
        nonlocal asleep
        asleep += 1
        await asyncio.sleep(3600)

    gc.collect()
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    tasks = [asyncio.create_task(sleeper()) for _ in range(operations)]
    while asleep < operations:
        await asyncio.sleep(0)
    gc.collect()
    after = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    print("bytes", (after - before) / operations, flush=True)
    # Nobody waits for the sleepers to be cancelled.
    os._exit(0)


def increment(value):
    return value + 1


def array(value):
    return value


def pool_submit(pool, operations, _):
    total = 0
    for i in range(operations):
        total += pool.submit(increment, i).result()
    if total != operations * (operations + 1) // 2:
        raise AssertionError(f"wrong sum {total}")


def pool_map(pool, operations, chunk):
    total = sum(pool.map(increment, range(operations), chunksize=chunk))
    if total != operations * (operations + 1) // 2:
        raise AssertionError(f"wrong sum {total}")


def pool_array(pool, operations, _):
    data = bytes(16 * 1024 * 1024 - 1) + b"\x07"
    for _ in range(operations):
        back = pool.submit(array, data).result()
        if len(back) != len(data) or back[-1] != 7:
            raise AssertionError("the array came back changed")


def draw(seed):
    state = seed
    for _ in range(200_000):
        state = (state * 1_103_515_245 + 12_345) & 0x7FFFFFFF
    return state


def pool_compute(pool, operations, _):
    drawn = sum(200_000 for last in pool.map(draw, range(operations), chunksize=4) if last >= 0)
    if drawn != operations * 200_000:
        raise AssertionError(f"{drawn} numbers were drawn")


def pool_cold(operations, iterations):
    wall = []
    for _ in range(iterations + 1):
        start = time.perf_counter_ns()
        for _ in range(operations):
            pool = concurrent.futures.ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn"))
            pool.submit(increment, 1).result()
        wall.append(time.perf_counter_ns() - start)
        pool.shutdown()
    print("wall", *wall[1:])


def measure(body, operations, warm_up_millis, iterations, argument, warm_up, clock=time.process_time_ns):
    """Runs body once per iteration and prints the wall and processor time of each."""
    # The clock of the warm-up is the processor's: a busy machine does not shorten it.
    end = clock() + warm_up_millis * 1_000_000
    while True:
        body(*warm_up)
        if clock() >= end:
            break
    wall, cpu = [], []
    for _ in range(iterations):
        wall_start, cpu_start = time.perf_counter_ns(), time.process_time_ns()
        body(operations, argument)
        cpu.append(time.process_time_ns() - cpu_start)
        wall.append(time.perf_counter_ns() - wall_start)
    print("wall", *wall)
    print("cpu", *cpu)


def main():
    model, row = sys.argv[1:3]
    operations, warm_up_millis, iterations = map(int, sys.argv[3:6])
    argument = int(sys.argv[6]) if len(sys.argv) > 6 else 0
    python = f"CPython {platform.python_version()}"
    print("operations", operations)
    if model == "futures":
        print("runtime", python, "concurrent.futures")
        if row == "pool-cold":
            pool_cold(operations, iterations)
            return
        bodies = {"pool-submit": pool_submit, "pool-map": pool_map, "pool-array": pool_array, "pool-compute": pool_compute}
        with concurrent.futures.ProcessPoolExecutor(2) as pool:
            measure(
                lambda n, value: bodies[row](pool, n, value),
                operations,
                warm_up_millis,
                iterations,
                argument,
                (operations, argument),
                clock=time.perf_counter_ns,  # most of the work is in other processes
            )
        return
    if model == "uvloop":
        import uvloop

        print("runtime", python, "uvloop", uvloop.__version__)
        factory = uvloop.new_event_loop
    else:
        print("runtime", python, "asyncio")
        factory = asyncio.new_event_loop
    with asyncio.Runner(loop_factory=factory) as runner:
        if row == "heap":
            runner.run(heap(operations))
        bodies = {
            "handoff-wake": handoff_wake,
            "handoff-yield": handoff_yield,
            "queue": queue,
            "spawn-group": spawn_group,
            "spawn-one": spawn_one,
            "sleepers": sleepers,
        }
        measure(
            lambda n, value: runner.run(bodies[row](n, value)),
            operations,
            warm_up_millis,
            iterations,
            argument,
            # Fewer sleepers, some of which wake while others start.
            (operations // 10, 1) if row == "sleepers" else (operations, argument),
        )


if __name__ == "__main__":
    main()
