package dev.weft.conformance;

import dev.weft.Pool;
import dev.weft.Pools;
import dev.weft.Weft;
import dev.weft.loop.EventLoop;
import java.util.concurrent.CountDownLatch;

/** A program whose main method returns while a pool and a loop compute and have more in line. */
final class BusyProgram {
    private BusyProgram() {}

    public static void main(String[] args) throws InterruptedException {
        Pool pool = Pools.threads(2);
        EventLoop loop = EventLoop.open("busy");
        var running = new CountDownLatch(3);
        for (int i = 0; i < 4; i++) {
            pool.submit(() -> spin(running));
        }
        loop.spawn(() -> spin(running));
        running.await();
        System.out.println("main returns " + Weft.run(() -> "a value"));
    }

    private static Object spin(CountDownLatch running) {
        running.countDown();
        for (; ; ) {
            Thread.onSpinWait();
        }
    }
}
