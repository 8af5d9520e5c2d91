package dev.weft.bench;

/**
 * How much a program does.
 *
 * @param operations how many operations an iteration has, the same for all contestants of a row
 * @param iterations how many measured iterations a process has
 * @param warmUpMillis how much processor time a process that is compiled while it runs uses before it measures;
 *     others need little
 * @param sleepMillis how long each operation sleeps; 0 where operations do not sleep
 */
record Work(int operations, int iterations, int warmUpMillis, int sleepMillis) {
    Work(int operations, int iterations, int warmUpMillis) {
        this(operations, iterations, warmUpMillis, 0);
    }
}
