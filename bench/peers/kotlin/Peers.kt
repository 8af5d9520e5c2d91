/**
 * The Kotlin side of the benchmarks: kotlinx.coroutines on the one thread of `runBlocking`.
 *
 * usage: Peers ROW OPERATIONS WARM_UP_MILLIS ITERATIONS [SLEEP_MILLIS]
 *
 * Prints the same lines as peers.py.
 */
package dev.weft.bench.peers

import dev.weft.bench.program.ProcessorTime
import kotlin.coroutines.Continuation
import kotlin.coroutines.resume
import kotlin.coroutines.suspendCoroutine
import kotlinx.coroutines.async
import kotlinx.coroutines.cancelChildren
import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.delay
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.test.runTest
import kotlinx.coroutines.yield

private const val GROUP = 1000

private suspend fun handOffWake(operations: Int) = coroutineScope {
    val parked = arrayOfNulls<Continuation<Unit>>(2)

    suspend fun player(me: Int) {
        suspendCoroutine { parked[me] = it }
        repeat(operations / 2) {
            suspendCoroutine { mine ->
                parked[me] = mine
                parked[1 - me]!!.resume(Unit)
            }
        }
    }

    val first = launch { player(0) }
    val second = launch { player(1) }
    yield()
    parked[0]!!.resume(Unit)
    first.join()
    // The turn was passed operations times in all; nobody is left to wake the second player from its last wait.
    parked[1]!!.resume(Unit)
    second.join()
}

private suspend fun handOffYield(operations: Int) = coroutineScope {
    repeat(2) { launch { repeat(operations / 2) { yield() } } }
}

private suspend fun queue(roundTrips: Int) = coroutineScope {
    val there = Channel<Int>(Channel.UNLIMITED)
    val back = Channel<Int>(Channel.UNLIMITED)
    launch { repeat(roundTrips) { back.send(there.receive()) } }
    repeat(roundTrips) { i ->
        there.send(i)
        check(back.receive() == i) { "message $i did not come back" }
    }
}

private fun check(total: Int, operations: Int) {
    val expected = operations * (GROUP - 1) / 2
    check(total == expected) { "the sum of the results is $total, expected $expected" }
}

private suspend fun spawnGroup(operations: Int) {
    var total = 0
    repeat(operations / GROUP) {
        coroutineScope {
            val tasks = Array(GROUP) { i -> async { i } }
            for (task in tasks) total += task.await()
        }
    }
    check(total, operations)
}

private suspend fun spawnOne(operations: Int) = coroutineScope {
    var total = 0
    repeat(operations) { i -> total += async { i % GROUP }.await() }
    check(total, operations)
}

private suspend fun sleepers(operations: Int, millis: Long) = coroutineScope {
    repeat(operations) { launch { delay(millis) } }
}

/** The warm-up: fewer, some of which wake while others start. */
private suspend fun shortSleepers(operations: Int) = sleepers(operations / 10, 1)

private fun used(): Long {
    val memory = Runtime.getRuntime()
    repeat(2) { System.gc() }
    return memory.totalMemory() - memory.freeMemory()
}

private suspend fun bytesPerCoroutine(operations: Int): Double = coroutineScope {
    val before = used()
    var asleep = 0
    repeat(operations) {
        launch {
            asleep++
            delay(3_600_000)
        }
    }
    while (asleep < operations) yield()
    val after = used()
    coroutineContext.cancelChildren()
    (after - before).toDouble() / operations
}

/** On a thread of its own: `runTest` does not run inside `runBlocking`. */
private fun hours(operations: Int) = repeat(operations) { runTest { repeat(3600) { delay(1000) } } }

private suspend fun warmUp(millis: Int, body: suspend () -> Unit) {
    val end = ProcessorTime.nanos() + millis * 1_000_000L
    do {
        body()
    } while (ProcessorTime.nanos() < end)
}

fun main(arguments: Array<String>) {
    val row = arguments[0]
    val (operations, warmUpMillis, iterations) = arguments.slice(1..3).map { it.toInt() }
    val sleepMillis = arguments.getOrElse(4) { "0" }.toLong()
    println("runtime Kotlin ${KotlinVersion.CURRENT} kotlinx.coroutines on JDK ${Runtime.version()}")
    println("operations $operations")
    runBlocking {
        if (row == "heap" || row == "million") {
            warmUp(warmUpMillis) { shortSleepers(if (row == "heap") operations else operations / 10) }
            println("bytes ${bytesPerCoroutine(operations)}")
            return@runBlocking
        }
        val body: suspend () -> Unit =
            when (row) {
                "handoff-wake" -> { -> handOffWake(operations) }
                "handoff-yield" -> { -> handOffYield(operations) }
                "queue" -> { -> queue(operations) }
                "spawn-group" -> { -> spawnGroup(operations) }
                "spawn-one" -> { -> spawnOne(operations) }
                "sleepers" -> { -> sleepers(operations, sleepMillis) }
                "virtual-hour" -> { -> hours(operations) }
                else -> error("unknown row $row")
            }
        warmUp(warmUpMillis) { if (row == "sleepers") shortSleepers(operations) else body() }
        val wall = mutableListOf<Long>()
        val cpu = mutableListOf<Long>()
        repeat(iterations) {
            val wallStart = System.nanoTime()
            val cpuStart = ProcessorTime.nanos()
            body()
            cpu += ProcessorTime.nanos() - cpuStart
            wall += System.nanoTime() - wallStart
        }
        println(wall.joinToString(" ", "wall "))
        println(cpu.joinToString(" ", "cpu "))
    }
}
