package dev.weft;

import static dev.weft.Eventually.passes;
import static dev.weft.Eventually.until;
import static dev.weft.Eventually.waits;
import static dev.weft.Weft.run;
import static dev.weft.Weft.sleep;
import static dev.weft.Weft.spawn;
import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Exchanger;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.LinkedTransferQueue;
import java.util.concurrent.Phaser;
import java.util.concurrent.Semaphore;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.concurrent.locks.StampedLock;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The JDK's own ways to wait, called by coroutines: each suspends the coroutine and not its loop, and an interrupt and
 * a cancellation reach it.
 */
@Timeout(30)
@SuppressWarnings({"LockNotBeforeTry", "WaitNotInLoop"}) // what a lock does is what the tests look at
class JdkWaitsTest {
    /** Of threads enough for what the tests leave waiting. */
    private static final ForkJoinPool POOL = new ForkJoinPool(16);

    /** A call that waits, and what ends the wait from elsewhere. */
    record Wait(Callable<Object> call, Action<Exception> wake) {}

    record Kind(String name, Supplier<Wait> maker) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Kind> kinds() {
        return Stream.of(
                new Kind("ReentrantLock.lockInterruptibly", () -> {
                    var lock = new ReentrantLock();
                    Thread owner = holding(lock::lock, lock::unlock);
                    return new Wait(
                            () -> {
                                lock.lockInterruptibly();
                                lock.unlock();
                                return lock;
                            },
                            () -> LockSupport.unpark(owner));
                }),
                new Kind("ReentrantReadWriteLock.readLock", () -> {
                    var lock = new ReentrantReadWriteLock();
                    Thread owner = holding(lock.writeLock()::lock, lock.writeLock()::unlock);
                    return new Wait(
                            () -> {
                                lock.readLock().lockInterruptibly();
                                lock.readLock().unlock();
                                return lock;
                            },
                            () -> LockSupport.unpark(owner));
                }),
                new Kind("StampedLock.readLock", () -> {
                    var lock = new StampedLock();
                    long stamp = lock.writeLock();
                    return new Wait(
                            () -> {
                                lock.unlockRead(lock.readLockInterruptibly());
                                return lock;
                            },
                            () -> lock.unlockWrite(stamp));
                }),
                new Kind("Condition.await", () -> {
                    var lock = new ReentrantLock();
                    Condition changed = lock.newCondition();
                    var now = new AtomicBoolean();
                    return new Wait(
                            () -> {
                                lock.lock();
                                try {
                                    while (!now.get()) {
                                        changed.await();
                                    }
                                } finally {
                                    lock.unlock();
                                }
                                return now;
                            },
                            () -> {
                                lock.lock();
                                try {
                                    now.set(true);
                                    changed.signal();
                                } finally {
                                    lock.unlock();
                                }
                            });
                }),
                new Kind("Object.wait", () -> {
                    var monitor = new Object();
                    var now = new AtomicBoolean();
                    return new Wait(
                            () -> {
                                synchronized (monitor) {
                                    while (!now.get()) {
                                        monitor.wait();
                                    }
                                }
                                return now;
                            },
                            () -> {
                                synchronized (monitor) {
                                    now.set(true);
                                    monitor.notifyAll();
                                }
                            });
                }),
                new Kind("Semaphore.acquire", () -> {
                    var semaphore = new Semaphore(0);
                    return new Wait(
                            () -> {
                                semaphore.acquire();
                                return semaphore;
                            },
                            semaphore::release);
                }),
                new Kind("CountDownLatch.await", () -> {
                    var latch = new CountDownLatch(1);
                    return new Wait(
                            () -> {
                                latch.await();
                                return latch;
                            },
                            latch::countDown);
                }),
                new Kind("CyclicBarrier.await", () -> {
                    var barrier = new CyclicBarrier(2);
                    return new Wait(barrier::await, barrier::await);
                }),
                new Kind("Phaser.awaitAdvanceInterruptibly", () -> {
                    var phaser = new Phaser(1);
                    return new Wait(() -> phaser.awaitAdvanceInterruptibly(0), phaser::arrive);
                }),
                new Kind("Exchanger.exchange", () -> {
                    var exchanger = new Exchanger<Object>();
                    return new Wait(() -> exchanger.exchange(1), () -> exchanger.exchange(2));
                }),
                new Kind("LinkedBlockingQueue.take", () -> {
                    var queue = new LinkedBlockingQueue<Object>();
                    return new Wait(queue::take, () -> queue.add(1));
                }),
                new Kind("ArrayBlockingQueue.put", () -> {
                    var queue = new ArrayBlockingQueue<Object>(1);
                    queue.add(1);
                    return new Wait(
                            () -> {
                                queue.put(2);
                                return queue;
                            },
                            queue::take);
                }),
                new Kind("SynchronousQueue.take", () -> {
                    var queue = new SynchronousQueue<Object>();
                    return new Wait(queue::take, () -> queue.put(1));
                }),
                new Kind("LinkedTransferQueue.transfer", () -> {
                    var queue = new LinkedTransferQueue<Object>();
                    return new Wait(
                            () -> {
                                queue.transfer(1);
                                return queue;
                            },
                            queue::take);
                }),
                new Kind("CompletableFuture.get", () -> {
                    var future = new CompletableFuture<Object>();
                    return new Wait(future::get, () -> future.complete(1));
                }),
                new Kind("FutureTask.get", () -> {
                    var future = new FutureTask<Object>(() -> 1);
                    return new Wait(future::get, future::run);
                }),
                new Kind("ForkJoinTask.get", () -> {
                    var gate = new CountDownLatch(1);
                    var task = POOL.submit(() -> {
                        gate.await();
                        return 1;
                    });
                    return new Wait(task::get, gate::countDown);
                }),
                new Kind("Thread.join", () -> {
                    var gate = new CountDownLatch(1);
                    Thread thread = Thread.ofPlatform().daemon().start(() -> quietly(gate::await));
                    return new Wait(
                            () -> {
                                thread.join();
                                return thread;
                            },
                            gate::countDown);
                }));
    }

    /** A thread that holds something until it is unparked. */
    private static Thread holding(Runnable acquire, Runnable release) {
        var held = new CountDownLatch(1);
        Thread owner = Thread.ofPlatform().daemon().start(() -> {
            acquire.run();
            held.countDown();
            LockSupport.park();
            release.run();
        });
        quietly(held::await);
        return owner;
    }

    private static void quietly(Action<InterruptedException> wait) {
        try {
            wait.run();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** A coroutine that makes a call, with the thread that it runs on. */
    private static Task<Object> start(Wait wait, AtomicReference<Thread> thread) {
        return spawn(() -> {
            thread.set(Thread.currentThread());
            return wait.call().call();
        });
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void isEndedByAnotherThread(Kind kind) {
        run(() -> {
            Wait wait = kind.maker().get();
            var thread = new AtomicReference<Thread>();
            Task<Object> waiter = start(wait, thread);
            Thread waker = Thread.ofPlatform().start(() -> {
                until("the coroutine has begun", () -> thread.get() != null);
                waits(thread.get());
                try {
                    wait.wake().run();
                } catch (Exception e) {
                    throw new AssertionError(e);
                }
            });

            assertThat(waiter.await()).isNotNull();
            quietly(waker::join);
        });
    }

    @Nested
    @Tag("loop-only")
    class OnTheLoop {
        static Stream<Kind> kinds() {
            return JdkWaitsTest.kinds();
        }

        @ParameterizedTest
        @MethodSource("kinds")
        void suspendsTheCoroutineAndNotItsLoop(Kind kind) throws Exception {
            run(() -> {
                Wait wait = kind.maker().get();
                Task<Object> waiter = spawn(wait.call());
                passes(5);
                assertThat(waiter.isDone()).isFalse();
                Task<Integer> other = spawn(() -> 3);
                assertThat(other.await()).isEqualTo(3);

                wait.wake().run(); // by a coroutine of the same loop
                assertThat(waiter.await()).isNotNull();
            });
        }

        @ParameterizedTest
        @MethodSource("kinds")
        void isEndedByACancellation(Kind kind) {
            run(() -> {
                Wait wait = kind.maker().get();
                Task<Object> waiter = spawn(wait.call());
                passes(5);
                waiter.cancel("enough");
                waiter.join();

                assertThat(waiter.isCancelled()).isTrue();
            });
        }

        @ParameterizedTest
        @MethodSource("kinds")
        void isEndedByATimeOut(Kind kind) {
            run(() -> {
                Wait wait = kind.maker().get();

                assertThatThrownBy(() -> Weft.withTimeout(
                                Duration.ofMillis(5), () -> wait.call().call()))
                        .isInstanceOf(TimedOutException.class);
                assertThat(Thread.currentThread().isInterrupted()).isFalse();
                sleep(Duration.ZERO);
            });
        }

        @ParameterizedTest
        @MethodSource("kinds")
        void isEndedByAnInterrupt(Kind kind) {
            run(() -> {
                Wait wait = kind.maker().get();
                var thread = new AtomicReference<Thread>();
                Task<Object> waiter = start(wait, thread);
                passes(5);
                thread.get().interrupt();

                assertThatThrownBy(() -> waiter.await(InterruptedException.class))
                        .isInstanceOf(InterruptedException.class);
            });
        }

        @Test
        @DisplayName("P314 a ReentrantLock is recursive in a coroutine, and its condition gives all of it back")
        void aReentrantLockIsRecursiveInACoroutine() {
            run(() -> {
                var lock = new ReentrantLock();
                Condition changed = lock.newCondition();
                List<String> events = new ArrayList<>();
                Task<?> waiter = spawn(() -> {
                    lock.lock();
                    lock.lock();
                    changed.await();
                    events.add("woken with " + lock.getHoldCount());
                    lock.unlock();
                    lock.unlock();
                });
                passes(5);
                assertThat(lock.tryLock()).isTrue();
                events.add("signalled");
                changed.signal();
                passes(5);
                lock.unlock();
                waiter.await();

                assertThat(events).containsExactly("signalled", "woken with 2");
                assertThat(lock.isLocked()).isFalse();
            });
        }

        @Test
        void aLockBelongsToTheCoroutineAndNotToTheThreadOfTheLoop() {
            run(() -> {
                var lock = new ReentrantLock();
                lock.lock();
                assertThat(spawn(() -> lock.tryLock()).await()).isFalse();
                assertThat(spawn(() -> lock.isHeldByCurrentThread()).await()).isFalse();
                lock.unlock();
            });
        }

        @Test
        void aContendedMonitorSuspendsTheCoroutine() {
            run(() -> {
                var monitor = new Object();
                List<String> events = new ArrayList<>();
                Task<?> owner = spawn(() -> {
                    synchronized (monitor) {
                        sleep(Duration.ofMillis(5));
                        events.add("owner");
                    }
                });
                Task<?> contender = spawn(() -> {
                    synchronized (monitor) {
                        events.add("contender");
                    }
                });
                passes(5);
                events.add("others run");
                owner.await();
                contender.await();

                assertThat(events).containsExactly("others run", "owner", "contender");
            });
        }

        @Test
        void limitedWaitsLetOthersRunMeanwhile() {
            run(() -> {
                var queue = new LinkedBlockingQueue<String>();
                Task<String> poller = spawn(() -> queue.poll(20, MILLISECONDS));
                Task<Boolean> latch = spawn(() -> new CountDownLatch(1).await(10, MILLISECONDS));
                Task<Boolean> permit = spawn(() -> new Semaphore(0).tryAcquire(10, MILLISECONDS));
                passes(5);
                assertThat(poller.isDone()).isFalse();

                assertThat(latch.await()).isFalse();
                assertThat(permit.await()).isFalse();
                assertThat(poller.await()).isNull();
            });
        }
    }
}
